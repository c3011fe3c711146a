"""Any past ranking again, from its record: the tables as they were, the model that it names, the same bytes."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khaka.app.jobs import Progress, score_job, silent
from khaka.data.durable import sha256
from khaka.data.errors import KhakaError
from khaka.data.history import lay_out
from khaka.data.workspace import Workspace
from khaka.scoring.manifest import versions


@dataclass(frozen=True)
class Reproduced:
    """How a past ranking came out when it was done again.

    Parameters
    ----------
    files : dict of str to bool
        Whether each file has the same bytes.
    other_versions : dict of str to tuple
        Libraries whose version is another now: then and now.
    """

    files: dict[str, bool]
    other_versions: dict[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Whether all files have the same bytes."""
        return all(self.files.values())


def reproduce_job(workspace: Workspace, *, election_id: str, as_of: dt.date, progress: Progress = silent) -> Reproduced:
    """Rank again what a manifest records, in a folder of its own, and compare the bytes.

    Parameters
    ----------
    workspace : Workspace
        Which kept the versions of its tables.
    election_id : str
        The election.
    as_of : datetime.date
        Of the ranking.
    progress : callable
        Told each step.

    Returns
    -------
    Reproduced
        File by file.

    Raises
    ------
    KhakaError
        No such ranking, its record is from before versions were kept, or a version is gone.
    """
    folder = workspace.results(election_id, as_of.isoformat())
    entry = recorded(folder)
    with tempfile.TemporaryDirectory(prefix="khaka-again-") as made:
        root = Path(made)
        settings = lay_out(workspace.root, entry["inputs"], entry["settings"], root)
        (root / "mlflow").symlink_to(workspace.mlflow_folder)
        progress("tables as they were")
        again = Workspace(root, settings)
        done = score_job(
            again, election_id=election_id, as_of=as_of, model=entry["model_version"], out=root / "out",
            progress=progress, record=False,
        )  # fmt: skip
        files = {
            name: (done.path / name).is_file() and sha256(done.path / name) == output["sha256"]
            for name, output in entry["outputs"].items()
        }
    now = versions()
    other = {name: (then, now.get(name, "")) for name, then in entry["versions"].items() if now.get(name) != then}
    return Reproduced(files, other)


def recorded(folder: Path) -> dict[str, Any]:
    """Return what a results folder's manifest says of its ranking.

    Raises
    ------
    KhakaError
        There is none, or it does not name the settings that it was made with.
    """
    path = folder / "manifest.json"
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))["score"]
    except (OSError, ValueError, KeyError, TypeError):
        raise KhakaError(f"{path} records no ranking; khaka score makes one") from None
    if not isinstance(entry, dict) or "settings" not in entry:
        raise KhakaError(f"{path} was written before versions of the tables were kept; score again to have it kept")
    return entry
