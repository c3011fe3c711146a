"""A tenth of what `make torture` tries, promise by promise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "torture"
sys.path.insert(0, str(FOLDER))

from run import PROMISES, keep, table  # noqa: E402 - a folder of scripts, not a package

TRY = """
import json, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from run import tried
print(tried({name!r}, Path({root!r}), share={share}, seed=11).as_json())
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the small trained workspace lies that every promise copies."""
    from prepared import prepared

    folder = tmp_path_factory.mktemp("torture")
    prepared(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISES)
def test_a_promise_holds_in_a_tenth_of_its_cases(name: str, root: Path) -> None:
    script = TRY.format(folder=str(FOLDER), name=name, root=str(root), share=0.1)
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "MPLBACKEND": "Agg"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["failed"] == 0, "\n".join(outcome["failures"])
    assert outcome["tried"] > 0 or outcome["detail"].startswith("not tried")


def test_the_table_says_what_was_tried_and_what_failed() -> None:
    from promise import Outcome

    outcome = Outcome("nothing is lost", tried=1200, detail="at every step")
    outcome.fail("step 7")
    assert "| nothing is lost | 1,200 | 1 | 60 | at every step |" in table([(outcome, 60.0)])


def test_outcomes_are_kept_promise_by_promise_and_the_newest_counts(tmp_path: Path) -> None:
    from promise import Outcome

    keep(tmp_path, "starts", Outcome("all start", tried=10, detail="of ten"), 3.2, share=0.1, seed=1)
    keep(tmp_path, "kills", Outcome("nothing is lost", tried=300, detail="at every step"), 400.0, share=1.0, seed=1)
    keep(tmp_path, "starts", Outcome("all start", tried=100, failed=2, detail="of a hundred"), 31.0, share=1.0, seed=1)
    lines = [line for line in (tmp_path / "torture.md").read_text().splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + len(PROMISES)
    assert sum("| not tried yet |" in line for line in lines) == len(PROMISES) - 2
    assert lines[2].startswith("| nothing is lost | 300 | 0 | 400 | at every step | 100% | ")
    assert lines[2 + PROMISES.index("starts")].startswith("| all start | 100 | 2 | 31 | of a hundred | 100% | ")
