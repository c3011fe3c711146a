"""Past rankings again from their records, each in a fresh process, after the tables went on changing."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from prepared import Prepared
from promise import Outcome

PROMISE = "any past ranking is reproduced from its record, in a fresh process"
FULL = 20


def khaka(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "khaka.app.cli", *arguments], capture_output=True, text=True, check=False
    )


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Rank on several days with changes in between, then take past rankings at random."""
    from khaka.data.workspace import open_workspace

    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    batches = max(2, min(5, cases))
    with tempfile.TemporaryDirectory(prefix="khaka-past-") as folder:
        root = made.copy(Path(folder) / "workspace")
        store = open_workspace(root).store
        days = []
        for number in range(batches):
            day = (made.as_of + dt.timedelta(days=number)).isoformat()
            done = khaka("score", "--workspace", str(root), "--election", made.election, "--as-of", day, "--quiet")
            if done.returncode:
                outcome.fail(f"the ranking of {day} failed: {done.stderr[-300:]}")
                return outcome
            days.append(day)
            ratings = store.read("ratings")
            chosen = ratings.sample(frac=0.3, random_state=seed + number)
            low, high = chosen["scale_min"].astype(float), chosen["scale_max"].astype(float)
            store.write("ratings", chosen.assign(rating=low + rng.random() * (high - low)))
        for _ in range(cases):
            day = rng.choice(days)
            done = khaka("reproduce", "--workspace", str(root), "--election", made.election, "--as-of", day, "--json")
            outcome.tried += 1
            if done.returncode or not json.loads(done.stdout)["same"]:
                outcome.fail(f"{day}: {done.stdout[-200:]} {done.stderr[-200:]}")
        outcome.detail = f"{batches} rankings with changed tables in between, {cases} drawn"
    return outcome
