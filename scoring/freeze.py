"""A list that goes out is frozen: a copy of the results as they were, which nothing changes and reading checks.

`lists/<election_id>/<name>/` holds the results byte for byte, the rules, the list itself and `frozen.json` with the
SHA-256 of every file. Nothing in it is written again: a list with a swap is another list.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.data.durable import read_parquet, sha256, write_bytes, write_json
from khaka.data.errors import KhakaError
from khaka.scoring.manifest import versions
from khaka.scoring.version import PRINTED, version_of

FOLDER: Final = "lists"
RECORD: Final = "frozen.json"

_READ_ONLY: Final = 0o444


@dataclass(frozen=True)
class Frozen:
    """A frozen list.

    Parameters
    ----------
    folder : Path
        Where it lies.
    name : str
        As it was given, such as "List 1".
    election_id, as_of, model_version, data_hash, version : str
        Which scores; see `khaka.scoring.version`.
    frozen_at : str
        When, ISO 8601 with its offset.
    seats : tuple of str
        seat_ids of the list.
    hashes : mapping of str to str
        SHA-256 of each file.
    """

    folder: Path
    name: str
    election_id: str
    as_of: str
    model_version: str
    data_hash: str
    version: str
    frozen_at: str
    seats: tuple[str, ...]
    hashes: Mapping[str, str]

    def read(self, table: str) -> pd.DataFrame:
        """Return a results table of the list's seats, such as "scores", after checking its bytes.

        Raises
        ------
        KhakaError
            The file has changed, or the list has none of that name.
        """
        name = f"{table}.parquet"
        if name not in self.hashes:
            raise KhakaError(f"the frozen list {self.name!r} has no {name}; it has {', '.join(sorted(self.hashes))}")
        _check(self.folder, self.name, {name: self.hashes[name]})
        frame: pd.DataFrame = read_parquet(self.folder / name).to_pandas()
        return frame[frame["seat_id"].isin(self.seats)].reset_index(drop=True)


def slug(name: str) -> str:
    """Return a list's name as the name of its folder.

    Raises
    ------
    KhakaError
        Nothing of it can stand in a folder's name.

    Examples
    --------
    >>> slug("List 1 (north)"), slug("पहली सूची")
    ('list-1-north', 'पहली-सूची')
    """
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else "-" for letter in name.lower())
    found = re.sub(r"-+", "-", kept).strip("-")
    if not found:
        raise KhakaError(f"{name!r} is no name for a list; give one such as 'List 1'")
    return found


def freeze(
    root: Path, results: Path, *, election_id: str, name: str, seats: Sequence[str] | None, at: dt.datetime,
    rules: Path | None = None,
) -> Frozen:  # fmt: skip
    """Freeze the results for a list that goes out.

    Parameters
    ----------
    root : Path
        The workspace's folder.
    results : Path
        Folder of the scores.
    election_id : str
        The coming election.
    name : str
        Of the list, such as "List 1".
    seats : sequence of str or None
        seat_ids of the list; all by default.
    at : datetime
        Time of freezing, with its offset.
    rules : Path, optional
        The rules file behind the slate; what the slate's manifest says of the rules is in `manifest.json` anyhow.

    Returns
    -------
    Frozen
        Read back and checked.

    Raises
    ------
    KhakaError
        The list exists, a seat is not in the scores, or the results don't match their manifest.
    """
    target = root / FOLDER / election_id / slug(name)
    if target.exists():
        raise KhakaError(f"the list {name!r} is frozen already ({target}); a changed list needs a name of its own")
    scores = read_parquet(results / "scores.parquet").to_pandas()
    there = list(dict.fromkeys(scores["seat_id"].astype("str")))
    wanted = list(seats) if seats else there
    missing = [seat for seat in wanted if seat not in set(there)]
    if missing:
        raise KhakaError(f"no scores of {', '.join(missing[:3])} in {results.name}; leave them out or score them first")
    outputs = _outputs(results)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for file in (*outputs, "manifest.json"):
            shutil.copyfile(results / file, partial / file)
        if rules is not None:
            shutil.copyfile(rules, partial / "rules.toml")
        write_bytes(partial / "list.csv", _list(results, scores, wanted))
        first = scores.iloc[0]
        day = pd.Timestamp(first["as_of"]).date()
        record = {
            "name": name, "election_id": election_id, "as_of": day.isoformat(), "frozen_at": at.isoformat(),
            "model_version": str(first["model_version"]), "data_hash": str(first["data_hash"]),
            "version": version_of(results)[:PRINTED],
            "seats": wanted, "versions": versions(),
            "sha256": {path.name: sha256(path) for path in sorted(partial.iterdir())},
        }  # fmt: skip
        write_json(partial / RECORD, record)
        for path in partial.iterdir():
            path.chmod(_READ_ONLY)
        try:
            partial.rename(target)
        except OSError as error:  # somebody froze a list of that name meanwhile
            raise KhakaError(f"the list {name!r} is frozen already ({target})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return open_frozen(target)


def open_frozen(folder: Path) -> Frozen:
    """Return a frozen list, every file checked.

    Parameters
    ----------
    folder : Path
        Of the list.

    Returns
    -------
    Frozen
        As it was frozen.

    Raises
    ------
    KhakaError
        It is no frozen list, or a file has changed, is missing or was added.
    """
    path = folder / RECORD
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        hashes = {str(name): str(digest) for name, digest in record["sha256"].items()}
        name = str(record["name"])
    except (OSError, ValueError, KeyError) as error:
        raise KhakaError(f"{folder} is no frozen list ({RECORD} is missing or unreadable: {error})") from None
    _check(folder, name, hashes)
    added = sorted({one.name for one in folder.iterdir()} - set(hashes) - {RECORD})
    if added:
        raise KhakaError(f"the frozen list {name!r} has files that were not frozen: {', '.join(added)}")
    return Frozen(
        folder=folder, name=name, election_id=str(record["election_id"]), as_of=str(record["as_of"]),
        model_version=str(record["model_version"]), data_hash=str(record["data_hash"]), version=str(record["version"]),
        frozen_at=str(record["frozen_at"]), seats=tuple(map(str, record["seats"])), hashes=hashes,
    )  # fmt: skip


def frozen_lists(root: Path, election_id: str) -> list[Path]:
    """Return the folders of the frozen lists of an election, by name."""
    home = root / FOLDER / election_id
    return sorted(path.parent for path in home.glob(f"[!.]*/{RECORD}")) if home.is_dir() else []


def _check(folder: Path, name: str, hashes: Mapping[str, str]) -> None:
    for file, digest in hashes.items():
        path = folder / file
        if not path.is_file():
            raise KhakaError(f"the frozen list {name!r} has lost {file}; restore it from a backup")
        if sha256(path) != digest:
            raise KhakaError(f"{file} of the frozen list {name!r} has changed since it was frozen; restore a backup")


def _outputs(results: Path) -> list[str]:
    """Return the files that the manifest names, each checked: what goes out must be what was scored."""
    path = results / "manifest.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        named = {file: one for command in content.values() for file, one in command.get("outputs", {}).items()}
        content["score"]["outputs"]["scores.parquet"]
    except (OSError, ValueError, KeyError, AttributeError):
        raise KhakaError(f"{path} says nothing of the scores; run khaka score again") from None
    for file, said in named.items():
        if not (results / file).is_file() or sha256(results / file) != said["sha256"]:
            raise KhakaError(f"{file} is not the one that was made ({path}); run khaka score or slate again")
    return sorted(named)


def _list(results: Path, scores: pd.DataFrame, seats: Sequence[str]) -> bytes:
    """Return the list as CSV: the slate's name and substitute of each seat where there is a slate."""
    frame = pd.DataFrame({"seat_id": list(seats)})
    slate = results / "slate.parquet"
    if slate.is_file():
        chosen = read_parquet(slate, columns=["seat_id", "aspirant_id", "substitute_id"]).to_pandas()
        frame = frame.merge(chosen.astype({"seat_id": "str"}), on="seat_id", how="left")
    first = scores[scores["rank"] == 1][["seat_id", "aspirant_id"]].rename(columns={"aspirant_id": "first_by_model"})
    frame = frame.merge(first.drop_duplicates("seat_id").astype({"seat_id": "str"}), on="seat_id", how="left")
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
