"""How long a slate takes: `make bench` prints one JSON line a figure. Ratios of one run, never a test.

The first solve stands against a bare scipy call on the same problem, in turns, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scoring"))

from test_slate_size import RULES, bare, ours, state, timed

from khaka.scoring.slate.recommend import recommend
from khaka.scoring.slate.rules import parse_rules


def show(figure: str, value: float) -> None:
    print(json.dumps({"figure": figure, "value": round(value, 4)}))


def main() -> None:
    rules, table = parse_rules(RULES), state(403, 10)
    runs = [(ours(table, rules)[0], bare(table, rules)[0]) for _ in range(7)]
    show("slate_over_scipy", statistics.median(own / plain for own, plain in runs))
    show("slate_state_seconds", timed(lambda: recommend(table, rules, with_prices=True))[0])
    show("slate_national_seconds", timed(lambda: recommend(state(4120, 12), rules, with_prices=False))[0])


if __name__ == "__main__":
    main()
