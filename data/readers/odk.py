"""ODK Central's exports of the field forms: the CSV of a form, or the ZIP with repeats and media."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Final

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.readers.base import Options, Reading
from khaka.data.readers.field import form_of, plain_name, to_reading
from khaka.data.readers.sheet import Sheet
from khaka.data.voters import refuse_voters

FORMAT: Final = "odk"

_MOST_BYTES: Final = 2 << 30  # of all CSV files together, unpacked
_MOST_PHOTO: Final = 64 << 20
_PHOTOS: Final = (".jpg", ".jpeg", ".png", ".webp")


def recognises(sheet: Sheet) -> bool:
    """Tell whether a sheet is a form's CSV: ODK's own columns, and the questions of one of our forms."""
    names = {plain_name(name) for name in sheet.header}
    return "KEY" in names and bool({"SubmissionDate", "instanceID"} & names) and form_of(sheet.header) is not None


def read(sheet: Sheet, options: Options) -> Reading:
    """Read a form's CSV.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    options : Options
        The election of ratings that don't name it.

    Returns
    -------
    Reading
        Rows of `activity` or `ratings`.

    Raises
    ------
    KhakaError
        The ratings stand in a repeat, which only the ZIP holds.
    """
    form = form_of(sheet.header)
    if form == "ratings" and "rating" not in {plain_name(name) for name in sheet.header}:
        raise KhakaError(f"{sheet.path} has no ratings: they stand in a repeat; export the form as ZIP (all repeats)")
    return to_reading(sheet.load(), form=form or "activity", format_name=FORMAT, options=options)


def recognises_zip(path: Path) -> bool:
    """Tell whether a file is a ZIP with CSV files in it (an XLSX workbook is a ZIP too)."""
    with path.open("rb") as handle:
        if not handle.read(4).startswith(b"PK\x03\x04"):
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False
    return "[Content_Types].xml" not in names and any(name.lower().endswith(".csv") for name in names)


def read_zip(path: Path, options: Options) -> Reading:
    """Read a form's ZIP: its CSV, those of its repeats, and the photos' content for their hashes.

    Parameters
    ----------
    path : Path
        The file.
    options : Options
        The election of ratings that don't name it.

    Returns
    -------
    Reading
        Rows of `activity` or `ratings`, one for each repetition where there is a repeat.

    Raises
    ------
    KhakaError
        The archive is damaged or of another form.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            tables = _tables(path, archive)
            whole = _joined(path, tables)
            form = form_of(list(whole.columns))
            if form is None:
                columns = ", ".join(str(name) for name in list(whole.columns)[:12])
                raise KhakaError(f"{path} is no export of the activity or the rating form (columns {columns})")
            if form == "activity":
                whole = _with_photos(whole, archive)
    except (zipfile.BadZipFile, OSError, EOFError, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise KhakaError(f"{path} is a damaged ZIP ({str(error)[:120]}); export it again") from None
    return to_reading(whole, form=form, format_name=FORMAT, options=options)


def _tables(path: Path, archive: zipfile.ZipFile) -> dict[str, pd.DataFrame]:
    listed = [info for info in archive.infolist() if info.filename.lower().endswith(".csv")]
    if sum(info.file_size for info in listed) > _MOST_BYTES:
        raise KhakaError(f"{path} unpacks to more than 2 GiB of CSV; export it in parts, by date of submission")
    tables = {}
    for info in listed:
        try:
            table = pd.read_csv(
                io.BytesIO(archive.read(info)), dtype="str", keep_default_na=False, encoding="utf-8-sig"
            )
        except (ValueError, UnicodeDecodeError) as error:
            raise KhakaError(f"{path}: {info.filename} is no table ({str(error)[:120]}); export it again") from None
        table.index = pd.RangeIndex(2, 2 + len(table))
        refuse_voters(path, table, table.columns, where=f"{info.filename}: ")
        tables[info.filename] = table
    return tables


def _joined(path: Path, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the form's rows, or a repeat's rows with their parent's answers."""
    roots = [name for name, table in tables.items() if "PARENT_KEY" not in table.columns and "KEY" in table.columns]
    if len(roots) != 1:
        raise KhakaError(f"{path} holds {len(roots)} forms' CSV files where one is expected; export one form at a time")
    root = tables[roots[0]]
    wanted = {"aspirant_id", "booth_no", "rating"}
    repeats = [
        table for name, table in tables.items()
        if name != roots[0] and "PARENT_KEY" in table.columns and {plain_name(c) for c in table.columns} & wanted
    ]  # fmt: skip
    if not repeats:
        return root
    child = max(repeats, key=len)
    parents = root.drop_duplicates("KEY").set_index("KEY").loc[:, [name for name in root.columns if name != "KEY"]]
    parents = parents[[name for name in parents.columns if name not in child.columns]]
    joined = child.join(parents, on="PARENT_KEY")
    return joined.set_index(child.index)


def _with_photos(rows: pd.DataFrame, archive: zipfile.ZipFile) -> pd.DataFrame:
    """Put the hash of a photo's content where its file name stood: a name is new with every upload."""
    column = next((name for name in rows.columns if plain_name(str(name)) == "photo"), None)
    if column is None:
        return rows
    inside = {
        Path(info.filename).name: info for info in archive.infolist()
        if info.filename.lower().endswith(_PHOTOS) and info.file_size <= _MOST_PHOTO
    }  # fmt: skip
    hashes = {
        name: hashlib.sha256(archive.read(inside[name])).hexdigest()
        for name in set(rows[column]) if name in inside
    }  # fmt: skip
    return rows.assign(**{str(column): rows[column].map(lambda name: hashes.get(name, name))})
