"""A small made-up state, read, trained on and ranked once, for all notebooks that begin where that ends.

The folder is `KHAKA_NOTEBOOKS` of the environment, or one of your temporary folder. A notebook that changes something
works on the same workspace: everything in it can be made again by deleting the folder.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import khaka

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEATS, BOOTHS, ELECTIONS, SEED = 20, 12, 7, 11


@dataclass(frozen=True)
class Prepared:
    """The workspace and what is scored in it."""

    workspace: khaka.OpenWorkspace
    election: str
    as_of: str
    truth: Path


def folder() -> Path:
    """Return where the notebooks keep what they share."""
    return Path(os.environ.get("KHAKA_NOTEBOOKS") or Path(tempfile.gettempdir()) / "khaka-notebooks")


def files() -> Path:
    """Return the folder with the files of a made-up state; made the first time."""
    from khaka.data.simulate import simulate

    made = folder() / "files"
    if not (made / "world.json").is_file():
        simulate(made, seats=SEATS, booths_per_seat=BOOTHS, elections=ELECTIONS, seed=SEED)
    return made


def prepared() -> Prepared:
    """Return the ranked workspace; made the first time, in about half a minute."""
    made = files()
    world = json.loads((made / "world.json").read_text(encoding="utf-8"))
    election, as_of = world["election_id"], world["as_of"]
    place = folder() / "workspace"
    if (place / "results" / election / as_of / "manifest.json").is_file():
        workspace = khaka.open(place)
    else:
        workspace = khaka.init(place, state=world["state"], party=world["party"])
        workspace.ingest(made)
        khaka.Ranker(as_of).fit(workspace).rank(workspace, election)
    return Prepared(workspace, election, as_of, made / "truth" / "truth.parquet")


def real_files() -> Path | None:
    """Return the folder of real files named by `KHAKA_REAL_DATA`, None where there is none."""
    place = Path(os.environ.get("KHAKA_REAL_DATA", ""))
    return place if os.environ.get("KHAKA_REAL_DATA") and place.is_dir() else None


def look() -> None:
    """Draw in the package's style from here on."""
    from khaka.training.look import use_look

    use_look()


def show(what: Figure | Path | str, name: str = "picture") -> None:
    """Show a figure, a picture's file or Markdown where the notebook is open; outside one a figure is written.

    Figures outside a notebook go to `pictures` in the shared folder, text is printed.
    """
    if "IPython" in sys.modules:
        from IPython.display import Image, Markdown, display

        display(Image(str(what)) if isinstance(what, Path) else Markdown(what) if isinstance(what, str) else what)
    elif isinstance(what, (Path, str)):
        print(what)
    else:
        path = folder() / "pictures" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        what.savefig(path, bbox_inches="tight")
        print(path.name)
    if not isinstance(what, (Path, str)):
        import matplotlib.pyplot as plt

        plt.close(what)  # else the next plot is drawn over it
