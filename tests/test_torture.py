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

from run import PROMISES, table  # noqa: E402 - a folder of scripts, not a package

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
