"""`khaka ingest`: files and folders into the workspace's tables.

A file reaches the store only after it has been read and checked to its end: a refused file leaves nothing behind and
doesn't stop the others. The same file again (by SHA-256) changes nothing.
"""

from __future__ import annotations

import datetime as dt
import errno
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.data.durable import sha256
from khaka.data.erasure import without_erased
from khaka.data.errors import KhakaError
from khaka.data.flags.canonical import flag_tables
from khaka.data.flags.store import write_flags
from khaka.data.ingest_log import add_replaced, read_log, write_log
from khaka.data.ingest_report import FileReport, IngestReport, TableCount
from khaka.data.intake import Checked, Intake, Later, take_in
from khaka.data.official import official_of, other_parties, result_is_here, seats_of
from khaka.data.quarantine import COLUMNS, write_quarantine
from khaka.data.readers import boundaries
from khaka.data.readers.base import Options, faults, join_faults
from khaka.data.schema import ELECTION_ID, SEAT_ID
from khaka.data.settings import FILE as SETTINGS
from khaka.data.settings import load_settings
from khaka.data.store import TableStore

_IGNORED: Final = (".md", ".txt", ".rst", ".toml", ".log", ".lock", ".png", ".jpg")
_TRUTH: Final = "truth"
UNFORESEEN: Final = "something in it was not foreseen"
"""What a refusal says where a reader met what nobody thought of."""
_WORLD: Final = "world.json"
_OURS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE)
"""Errors of the workspace's own disk and process."""


def ingest(
    paths: Sequence[Path],
    *,
    workspace_root: Path,
    store: TableStore,
    as_format: str | None = None,
    election: str | None = None,
    seat: str | None = None,
    drop: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
) -> IngestReport:
    """Read files or folders into the store.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders that are searched recursively in sorted order. A folder called `truth` is skipped.
    workspace_root : Path
        Holds the log and `quarantine.parquet`.
    store : TableStore
        Takes the checked rows.
    as_format : str, optional
        Format or table of all the files.
    election, seat : str, optional
        Where neither the content nor the name of a file tells.
    drop : sequence of str
        Columns that are never read.
    progress : callable, optional
        Told each file's name before it is read.

    Returns
    -------
    IngestReport
        File by file.

    Raises
    ------
    KhakaError
        An option is wrong; files that are refused are in the report instead.
    """
    if election is not None and not re.match(ELECTION_ID, election):
        raise KhakaError(f"'{election}' is no election; write S24-2027-AE, S24-2024-LS or S24-2025-BYE1")
    if seat is not None and not re.match(SEAT_ID, seat):
        raise KhakaError(f"'{seat}' is no seat; write S24-2008-163")
    options = Options(election, seat, tuple(drop), _home(workspace_root))
    entries = read_log(workspace_root)
    known = {entry["key"]: entry for entry in entries}
    reports: list[FileReport] = []
    queue = [(path, skipped, True) for path, skipped in _files([Path(path) for path in paths])]
    while queue:
        path, skipped, waits = queue.pop(0)
        if skipped is not None:
            reports.append(skipped)
            continue
        if progress is not None:
            progress(str(path))
        waits = waits and any(other is None and may for _, other, may in queue)
        try:
            report, entry = _one(path, workspace_root, store, options, as_format, known, waits=waits)
        except Later:
            queue.append((path, None, False))  # result sheets are read last: the other files may hold the result
            continue
        except KhakaError as error:
            reports.append(FileReport(path, "refused", reason=str(error)))
            continue
        except OSError as error:
            if error.errno in _OURS:
                raise  # not the file's fault, and the next would fail as well
            reports.append(FileReport(path, "refused", reason=_unreadable(path, error)))
            continue
        except MemoryError:
            reason = f"{path} does not fit into this machine's memory; split it, or give it as Parquet"
            reports.append(FileReport(path, "refused", reason=reason))
            continue
        reports.append(report)
        if entry is not None:
            entries = [other for other in entries if other["key"] != entry["key"]] + [entry]
            known[entry["key"]] = entry
            write_log(workspace_root, entries)
    return IngestReport(tuple(reports))


def _home(root: Path) -> str | None:
    """Return the state of the workspace's settings, None where there are none."""
    return load_settings(root).party.state if (root / SETTINGS).exists() else None


def _files(paths: list[Path], above: frozenset[Path] = frozenset()) -> list[tuple[Path, FileReport | None]]:
    """List the files to read, and what is skipped with the reason; `above` are the folders that were gone through."""
    out: list[tuple[Path, FileReport | None]] = []
    for path in paths:
        if path.is_dir():
            there = path.resolve()
            if there in above:
                out.append((path, FileReport(path, "skipped", reason=f"{path} is skipped: a link back to a folder")))
                continue
            if _TRUTH in (path.name, there.name):
                out.append((path, FileReport(path, "skipped", reason=f"{path} is skipped: the truth is never read")))
                continue
            try:
                children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
            except OSError as error:
                out.append((path, FileReport(path, "refused", reason=f"{path} cannot be opened ({error.strerror})")))
                continue
            inside = _files(children, above | {there})
            out.extend(entry for entry in inside if entry[1] is None or entry[0].is_dir() or not _ignored(entry[0]))
            if not inside:
                out.append(
                    (path, FileReport(path, "refused", reason=f"{path} is an empty folder; name one with files"))
                )
        elif not path.exists():
            reason = f"there is no file or folder {path}; check the path"
            out.append((path, FileReport(path, "refused", reason=reason)))
        elif (told := str(path).encode("utf-8", "backslashreplace").decode()) != str(path):
            reason = f"the name of {told} is not UTF-8 text; rename the file"
            out.append((path, FileReport(Path(told), "refused", reason=reason)))
        elif not path.is_file():
            reason = f"{path} is no file that can be read to an end (a pipe, a socket or a device); copy it into a file"
            out.append((path, FileReport(path, "refused", reason=reason)))
        elif _TRUTH in (path.parent.name, path.resolve().parent.name):
            out.append((path, FileReport(path, "skipped", reason=f"{path} is skipped: the truth is never read")))
        elif _ignored(path):
            out.append((path, FileReport(path, "skipped", reason=f"{path} is skipped: no table")))
        else:
            out.append((path, None))
    return out


def _ignored(path: Path) -> bool:
    name = path.name.lower()
    return name == _WORLD or name.endswith((*_IGNORED, *boundaries.SIDECARS))


def _unreadable(path: Path, error: OSError) -> str:
    """Say why a file cannot be read; another file that is at fault, such as one of the program's own, is named.

    Examples
    --------
    >>> _unreadable(Path("a.csv"), FileNotFoundError(2, "No such file or directory", "/opt/khaka/states.csv"))
    'a.csv cannot be read (No such file or directory: /opt/khaka/states.csv)'
    >>> _unreadable(Path("a.csv"), PermissionError(13, "Permission denied", "a.csv"))
    'a.csv cannot be read (Permission denied)'
    """
    other = error.filename if error.filename and str(error.filename) != str(path) else None
    why = f"{error.strerror or error}" + (f": {other}" if other else "")
    return f"{path} cannot be read ({why})"


def _one(
    path: Path,
    root: Path,
    store: TableStore,
    options: Options,
    as_format: str | None,
    known: dict[str, dict[str, Any]],
    *,
    waits: bool = False,
) -> tuple[FileReport, dict[str, Any] | None]:
    digest = sha256(path)
    told = [as_format or "", options.election or "", options.seat or "", *sorted(options.drop)]
    key = ":".join([digest, path.name, *told]).rstrip(":")
    if key in known and not (known[key].get("unmatched") and result_is_here(known[key], store)):
        entry = known[key]
        tables = tuple(TableCount(name, kept, unchanged=kept) for name, kept in sorted(entry.get("tables", {}).items()))
        return FileReport(path, "unchanged", entry["format"], "the same file was read before", tables), None
    try:
        intake = take_in(path, options, as_format=as_format, scratch=root, official_of=official_of(store), waits=waits)
    except (KhakaError, Later, OSError, MemoryError):
        raise
    except Exception as error:
        # a file that no reader was made for must not stop the others; the tests count these as faults of ours
        raise KhakaError(
            f"{path} could not be read: {UNFORESEEN} ({type(error).__name__}: {str(error)[:120]}); nothing of it was "
            "stored. Save it again in another format, and please report it"
        ) from error
    try:
        counts, changes, late, touched = _store(intake, store)
    finally:
        intake.close()
    found = join_faults([intake.faults, late]).assign(file=path.name)
    write_quarantine(root / "quarantine.parquet", found[list(COLUMNS)])
    if len(changes):
        add_replaced(root, changes.assign(file=path.name))
    seats = seats_of(intake)
    if intake.flags is not None:
        write_flags(root, intake.flags, seats=seats)
    elif len(touched):
        flag_tables(root, store, touched)
    per_table = _faulty_rows(found)
    tables = tuple(
        TableCount(
            table, sum(count), per_table.get((table, "quarantined"), 0), per_table.get((table, "flagged"), 0), *count
        )
        for table, count in counts.items()
    )
    if not sum(table.kept for table in tables) and len(found):
        first = found.iloc[0]
        raise KhakaError(
            f"{path}: no row could be kept; the first fault is in row {first['row']}, column '{first['column']}', "
            f"value '{first['value']}': {first['reason']} (all are in quarantine.parquet)"
        )
    entry = {
        "key": key, "sha256": digest, "file": path.name, "format": intake.format,
        "tables": {table.table: table.kept for table in tables},
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    if intake.unmatched:
        entry |= {"unmatched": intake.unmatched, "seats": seats.to_numpy().tolist()}
    return FileReport(path, "read", intake.format, "", tables, intake.notes), entry


def _store(
    intake: Intake, store: TableStore
) -> tuple[dict[str, tuple[int, int, int, int]], pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Store the rows; return counts by table, changed cells, late faults, and the seats whose booths the file gave."""
    counts: dict[str, tuple[int, int, int, int]] = {}
    changes: list[pd.DataFrame] = []
    late: list[pd.DataFrame] = []
    touched = [pd.DataFrame(columns=["election_id", "seat_id"])]
    for checked in intake.tables:
        settled = _settled(checked, store, late, touched, whole_booths=intake.whole_booths)
        report = store.write_all(checked.table, settled, mode=checked.mode)
        count = [report.inserted, 0, 0, report.unchanged]
        count[1 if checked.mode == "replace" else 2] = report.replaced
        if len(report.changes):
            known = report.changes[report.changes["old"].notna()]  # a filled blank replaces nothing
            changes.append(known.assign(table=checked.table))
        before = counts.get(checked.table, (0, 0, 0, 0))
        counts[checked.table] = (before[0] + count[0], before[1] + count[1], before[2] + count[2], before[3] + count[3])
    changed = pd.concat(changes, ignore_index=True) if changes else pd.DataFrame()
    return counts, changed, join_faults(late), pd.concat(touched)


def _settled(
    checked: Checked, store: TableStore, late: list[pd.DataFrame], touched: list[pd.DataFrame], *, whole_booths: bool
) -> Iterator[pd.DataFrame]:
    """Give the rows to store, batch by batch; ratings after the party's choice and erased people's go to `late`.

    The seats of booths and their votes go to `touched`.
    """
    for frame in checked.frames():
        frame, gone = without_erased(store.folder.parent, checked.table, frame)
        late.append(gone)
        if checked.table == "ratings":
            frame, bad = _not_after_decision(frame, store)
            late.append(bad)
        if checked.table == "booth_votes" and whole_booths and not frame.empty:
            frame = other_parties(frame, store)
        if checked.table in ("booths", "booth_votes"):
            touched.append(frame[["election_id", "seat_id"]].drop_duplicates())
        if not frame.empty:
            yield frame


def _not_after_decision(ratings: pd.DataFrame, store: TableStore) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take out ratings made after the party had chosen in that seat: they know the answer."""
    columns = ["election_id", "seat_id", "decided_at"]
    aspirants = store.read("aspirants", columns=columns, elections=ratings["election_id"].dropna().unique().tolist())
    decided = aspirants.dropna(subset=["decided_at"]).groupby(["election_id", "seat_id"])["decided_at"].min()
    if decided.empty:
        return ratings, join_faults([])
    own = ratings[["election_id", "seat_id"]].merge(decided.reset_index(), how="left", on=["election_id", "seat_id"])
    limit = pd.Series(own["decided_at"].to_numpy(), index=ratings.index)
    limit = pd.to_datetime(limit, utc=True)
    late = (ratings["rated_at"] > limit).fillna(False).astype(bool)
    bad = faults(
        "ratings", "rated_at", ratings.loc[late, "rated_at"], "rated after the party had chosen in this seat",
        severity="quarantined",
    )  # fmt: skip
    return ratings[~late], bad


def _faulty_rows(found: pd.DataFrame) -> dict[tuple[str, str], int]:
    grouped = found.groupby(["table", "severity"])["row"].nunique()
    keys = grouped.index.to_frame(index=False).astype("str")
    return dict(zip(zip(keys["table"], keys["severity"], strict=True), map(int, grouped), strict=True))
