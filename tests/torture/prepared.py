"""A small trained workspace, made once and copied for each trial."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MAKE = """
import sys, json
from pathlib import Path
import khaka
from khaka.data.simulate import simulate
root = Path(sys.argv[1])
made = simulate(root / "world", seats=4, booths_per_seat=6, aspirants=16, seed=7)
workspace = khaka.init(root / "workspace", state=made.state, party=made.party)
workspace.ingest(root / "world")
khaka.Ranker(made.as_of).fit(workspace)
(root / "made.json").write_text(json.dumps({"election": made.election_id, "as_of": made.as_of}))
"""


@dataclass(frozen=True)
class Prepared:
    """Where the workspace lies, and what is scored in it."""

    root: Path
    election: str
    as_of: dt.date

    def copy(self, to: Path) -> Path:
        """Copy the workspace; the tables are only read, so they are linked."""
        shutil.copytree(self.root / "workspace", to, copy_function=shutil.copy2)
        return to


def prepared(root: Path) -> Prepared:
    """Return the workspace under `root`, made in a process of its own where it isn't there yet."""
    import json

    if not (root / "made.json").exists():
        root.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", MAKE, str(root)], check=True)
    made = json.loads((root / "made.json").read_text(encoding="utf-8"))
    return Prepared(root, made["election"], dt.date.fromisoformat(made["as_of"]))
