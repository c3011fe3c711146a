"""Every version of a table that a result was made from, kept under its SHA-256, so that any past result can be redone.

A table's file is never changed in place: a new one takes its name. So the old one is kept by a second name (a hard
link), which costs no room until the table changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from khaka.data import people_log
from khaka.data.durable import durable_path, sha256, write_json
from khaka.data.errors import KhakaError
from khaka.data.settings import Settings
from khaka.data.sums import record

FOLDER: Final = "history"
_SECTIONS: Final = ("party", "model", "weights", "presence")
_OWNERS: Final = ("aspirant_id", "subject_id", "person_id", "witness_id", "worker_id")
_WITHOUT: Final = ("threads",)  # no number depends on it


def keep(root: Path, tables: Path, inputs: Mapping[str, str], settings: Settings) -> str:
    """Keep the versions of the tables and the settings that a result is made from.

    Parameters
    ----------
    root : Path
        The workspace.
    tables : Path
        Folder of its tables.
    inputs : mapping of str to str
        SHA-256 by `<table>/<partition>`.
    settings : Settings
        As they were.

    Returns
    -------
    str
        SHA-256 of the settings that a number may depend on.

    Raises
    ------
    KhakaError
        A table was changed since its SHA-256 was taken.
    """
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    for name, digest in inputs.items():
        kept = folder / f"{digest}.parquet"
        if not kept.exists():
            _link(tables / f"{name}.parquet", kept)
            if sha256(kept) != digest:
                kept.unlink()
                raise KhakaError(f"the table {name} was changed while it was read; run the command again")
    content = settings_that_matter(settings)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    if not (folder / f"{digest}.json").exists():
        write_json(folder / f"{digest}.json", content)
    return digest


def settings_that_matter(settings: Settings) -> dict[str, Any]:
    """Return the settings that a number may depend on, as plain JSON values.

    Parameters
    ----------
    settings : Settings
        Of a workspace.

    Returns
    -------
    dict
        By section and key.
    """
    plain: dict[str, Any] = settings.model_dump(mode="json", include=set(_SECTIONS))
    for name in _WITHOUT:
        plain["model"].pop(name, None)
    return plain


def _why(root: Path) -> str:
    """Say why a version may be gone: after an erasure no backup must bring it back."""
    days = [str(entry["at"])[:10] for entry in people_log.read(root) if entry["action"] == "erased"]
    if not days:
        return "; restore a backup"
    return f", or held somebody who was erased (last on {days[-1]}): such a ranking cannot be made again"


def lay_out(root: Path, inputs: Mapping[str, str], settings: str, to: Path) -> Settings:
    """Lay kept tables out as they were.

    Parameters
    ----------
    root : Path
        The workspace that kept them.
    inputs : mapping of str to str
        SHA-256 by `<table>/<partition>`, from a manifest.
    settings : str
        SHA-256 of the settings, from the same manifest.
    to : Path
        Gets a folder `tables`.

    Returns
    -------
    Settings
        As they were.

    Raises
    ------
    KhakaError
        A version was not kept, or is damaged.
    """
    folder = root / FOLDER
    for name, digest in inputs.items():
        kept = folder / f"{digest}.parquet"
        if not kept.is_file():
            raise KhakaError(f"the version {digest[:12]} of the table {name} was not kept in {folder}{_why(root)}")
        if sha256(kept) != digest:
            raise KhakaError(f"{kept} is damaged: its SHA-256 is not its name; restore a backup")
        path = to / "tables" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        _link(kept, path)
        record(path, path)
    stored = folder / f"{settings}.json"
    try:
        content = json.loads(stored.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise KhakaError(
            f"the settings {settings[:12]} are not in {folder}, or are damaged; restore a backup"
        ) from None
    if hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest() != settings:
        raise KhakaError(f"{stored} is damaged: its SHA-256 is not its name; restore a backup")
    return Settings.model_validate(content)


def forget(root: Path, ids: Collection[str]) -> int:
    """Remove the kept versions of tables that hold rows of a person; results made from them can't be redone then.

    Parameters
    ----------
    root : Path
        The workspace.
    ids : collection of str
        All ids of the person: aspirant_id, person_id. Public results of elections (`nominees`) stay.

    Returns
    -------
    int
        Versions removed.
    """
    wanted = pa.array(sorted(set(ids)), pa.string())
    removed = 0
    for path in sorted((root / FOLDER).glob("*.parquet")):
        found = pq.read_schema(path).names
        names = [name for name in _OWNERS if name in found and "nominee_id" not in found]
        if names:
            table = pq.read_table(path, columns=names, partitioning=None)
            if any(pc.any(pc.is_in(table[name], value_set=wanted)).as_py() for name in names):
                path.unlink()
                removed += 1
    return removed


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the disk has no such names; done at once or not at all."""
    if target.exists():
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.link")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:
        with durable_path(target) as copied:
            shutil.copyfile(source, copied)
        return
    with contextlib.suppress(FileNotFoundError):
        temporary.replace(target)
    temporary.unlink(missing_ok=True)
