"""A workspace: one folder with the settings, the tables, MLflow's store and the results."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError
from khaka.data.settings import FILE, Settings, load_settings, template
from khaka.data.states import state_code
from khaka.data.store import TableStore


@dataclass(frozen=True)
class Workspace:
    """An opened workspace.

    Parameters
    ----------
    root : Path
        Its folder.
    settings : Settings
        From its `khaka.toml`.
    """

    root: Path
    settings: Settings

    @property
    def store(self) -> TableStore:
        """The tables."""
        return TableStore(self.root / "tables", presence=self.settings.presence, engine=self.settings.engine)

    @property
    def mlflow_folder(self) -> Path:
        """Folder of MLflow's database and artifacts."""
        return self.root / "mlflow"

    @property
    def quarantine_file(self) -> Path:
        """Rows that were not taken, and flags."""
        return self.root / "quarantine.parquet"

    def results(self, election_id: str, as_of: str) -> Path:
        """Folder of the results of one election as of one date."""
        return self.root / "results" / election_id / as_of

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold an exclusive lock among processes (`flock`, freed by the kernel when a process dies)."""
        path = self.root / f".{name}.lock"
        with path.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)


def open_workspace(root: Path) -> Workspace:
    """Open the workspace in `root`.

    Raises
    ------
    KhakaError
        The folder is no workspace, or its settings are wrong.
    """
    resolved = root.resolve()
    return Workspace(resolved, load_settings(resolved))


def init_workspace(root: Path, *, state: str, party: str) -> Workspace:
    """Make a new workspace in `root`.

    Parameters
    ----------
    root : Path
        Made if missing; may hold other files, but no `khaka.toml`.
    state : str
        ECI code or name of the state.
    party : str
        Whose tickets are scored.

    Returns
    -------
    Workspace
        Opened.

    Raises
    ------
    KhakaError
        Unknown state, or a workspace is there already.
    """
    code = state_code(state)
    if code is None:
        raise KhakaError(f"unknown state {state!r}; give its ECI code, such as S24, or its name, such as Uttar Pradesh")
    if not party.strip():
        raise KhakaError("the party's name is empty; give it as the results write it, such as INC")
    path = root / FILE
    if path.exists():
        raise KhakaError(f"{root} is a khaka workspace already ({path}); use it, or choose an empty folder")
    if root.exists() and not root.is_dir():
        raise KhakaError(f"{root} is a file, not a folder")
    root.mkdir(parents=True, exist_ok=True)
    write_bytes(path, template(code, party.strip()).encode())
    return open_workspace(root)
