"""`make torture`: every promise tried at full count, one table at the end; `--share 0.1` tries a tenth of each.

python tests/torture/run.py [--share S] [--seed N] [--only NAME ...]
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from prepared import prepared
from promise import Outcome

PROMISES = (
    "kills", "unsynced", "starts", "damage", "intake", "hostile_text", "requests_made", "runs_nothing", "same_bytes",
    "reproduced", "network", "disclosure",
)  # fmt: skip
"""One file each, with PROMISE, FULL (the count of a whole run) and check()."""


def tried(name: str, root: Path, *, share: float, seed: int) -> Outcome:
    """Try one promise with a share of its full count."""
    module = importlib.import_module(name)
    outcome: Outcome = module.check(prepared(root), cases=max(1, round(module.FULL * share)), seed=seed)
    return outcome


def table(outcomes: list[tuple[Outcome, float]]) -> str:
    """Return the table of all promises."""
    lines = ["| promise | tried | failed | seconds | what was tried |", "| --- | ---: | ---: | ---: | --- |"]
    for outcome, seconds in outcomes:
        lines.append(
            f"| {outcome.promise} | {outcome.tried:,} | {outcome.failed:,} | {seconds:,.0f} | {outcome.detail} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Run, print, return 1 if any promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="part of each full count")
    parser.add_argument("--seed", type=int, default=2027)
    parser.add_argument("--only", nargs="*", choices=PROMISES, default=list(PROMISES))
    given = parser.parse_args()
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    outcomes: list[tuple[Outcome, float]] = []
    with tempfile.TemporaryDirectory(prefix="khaka-torture-") as folder:
        prepared(Path(folder))
        for name in given.only:
            started = time.monotonic()
            outcome = tried(name, Path(folder), share=given.share, seed=given.seed)
            outcomes.append((outcome, time.monotonic() - started))
            print(f"{'FAILED' if outcome.failed else 'held  '}  {outcome.promise}: {outcome.detail}", flush=True)
            for failure in outcome.failures:
                print(f"        {failure}", flush=True)
    print(f"\n{table(outcomes)}")
    return 1 if any(outcome.failed for outcome, _ in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
