"""Scores of a whole state, written so that they can be stopped at any seat and started again with the same bytes.

The seats are worked off in chunks. Each chunk's tables are finished parts under `.parts/<content-hash>/`, where the
hash covers everything that decides the bytes: the prediction, the rules' input, the versions. A second start takes
over finished parts of the same hash and no others. At the end the parts are joined in order, so that the files don't
know how often the work was stopped; the manifest comes last.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.code_hash import code_hash
from khaka.data.durable import durable_path, read_parquet, sha256, write_bytes, write_parquet
from khaka.data.errors import KhakaError
from khaka.scoring.again import assemble, last_run, note_run, seat_prints
from khaka.scoring.eligibility import eligibility
from khaka.scoring.explain import check_sums, explain
from khaka.scoring.manifest import update_manifest, versions
from khaka.scoring.panel import panel
from khaka.scoring.rank import score, seat_numbers, seat_slices
from khaka.scoring.scenario import BASE, FAMILIES, Scenario, scenario_parts

if TYPE_CHECKING:
    from khaka.training.prediction import Prediction

__all__ = ["FORECAST", "SCHEMAS", "content_hash", "update_manifest", "versions", "write_forecast", "write_scores"]

Progress = Callable[[int, int], None]
"""Called with seats done and seats in all."""

PARTS: Final = ".parts"
SEATS_A_CHUNK: Final = 16

_TEXT: Final = pa.string()
_POINTS: Final = pa.float64()
_KEY: Final = [pa.field("election_id", _TEXT), pa.field("seat_id", _TEXT), pa.field("aspirant_id", _TEXT)]

SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    "scores": pa.schema([
        *_KEY,
        pa.field("rank", pa.int64()),
        *(pa.field(name, _POINTS) for name in (
            "expected_margin", "margin_low", "margin_high", "margin_low_given_swing", "margin_high_given_swing",
            "win_probability", "probability_best",
        )),
        pa.field("tie_group", pa.int64()),
        *(pa.field(name, _TEXT) for name in ("eligible", "ineligible_reason", "support")),
        pa.field("verified_share", _POINTS),
        *(pa.field(name, _TEXT) for name in ("model_version", "data_hash")),
        pa.field("as_of", pa.date32()),
    ]),
    "explanations": pa.schema([
        *_KEY,
        pa.field("feature", _TEXT),
        *(pa.field(name, _POINTS) for name in ("value", "contribution", "contrast")),
        *(pa.field(name, _TEXT) for name in ("reason_en", "reason_hi")),
    ]),
    "panel": pa.schema([
        *_KEY[:2],
        pa.field("position", pa.int64()),
        *(pa.field(name, _TEXT) for name in ("aspirant_id", "role", "reason_en", "reason_hi")),
        pa.field("tie_group", pa.int64()),
    ]),
    "scenario": pa.schema([
        *_KEY,
        pa.field("seat_points", _POINTS),
        *(pa.field(f"{family}_points", _POINTS) for family in FAMILIES),
        *(pa.field(name, pa.list_(_POINTS)) for name in ("given_swing", "in_all")),
        pa.field("person_hundredths", pa.list_(pa.int16())),
        *(pa.field(name, _POINTS) for name in ("baseline_low", "baseline_high")),
    ]),
}  # fmt: skip
"""Columns and types of the result tables."""

FORECAST: Final = pa.schema([
    *(pa.field(name, _TEXT) for name in ("election_id", "seat_id", "nominee_id", "name", "party")),
    *(pa.field(name, _POINTS) for name in ("expected_share", "share_low", "share_high", "win_probability")),
])  # fmt: skip
"""Columns and types of a forecast."""


def write_scores(
    prediction: Prediction,
    seat_elections: pd.DataFrame,
    out: Path,
    *,
    inputs: Mapping[str, str],
    seeds: Mapping[str, int],
    progress: Progress | None = None,
    scenario: Scenario = BASE,
    note: Path | None = None,
    settings: str = "",
    barred: Collection[str] = (),
) -> Path:
    """Rank all seats and write scores, explanations, panel, what scenarios need, and manifest.

    Parameters
    ----------
    prediction : Prediction
        n aspirants, sorted by seat and aspirant.
    seat_elections : DataFrame
        Canonical table, with reservation and dates of the seats of this election.
    out : Path
        Folder of the results; made if missing.
    inputs : mapping of str to str
        SHA-256 of each input, by name; they go into the manifest.
    seeds : mapping of str to int
        Seeds behind the draws, by name.
    progress : callable, optional
        Called after each chunk with seats done and seats in all.
    scenario : Scenario
        What the prediction supposes; said in the manifest.
    note : Path, optional
        Where prints of the seats are noted, so that the next run does only the seats again that changed.
    settings : str
        SHA-256 of the settings that a number may depend on; goes into the manifest.
    barred : collection of str
        Persons disqualified by law, see `khaka.scoring.eligibility.eligibility`.

    Returns
    -------
    Path
        The manifest.

    Raises
    ------
    KhakaError
        The prediction has no aspirant, its parts don't fit together, or contributions don't add up.
    """
    _check_shapes(prediction)
    check_sums(prediction)
    judged = eligibility(prediction.people, seat_elections, as_of=prediction.as_of, barred=barred)
    content = content_hash(prediction, judged, inputs=inputs, seeds=seeds)
    folder = out / PARTS / content
    prints = seat_prints(prediction, judged, json.dumps(_shared(prediction, seeds), sort_keys=True))
    last = last_run(note, out, SCHEMAS)
    edges = seat_slices(seat_numbers(prediction.people))
    spans = [(seat, *edge) for seat, edge in zip(prints, edges, strict=True)]
    chunks = [spans[start : start + SEATS_A_CHUNK] for start in range(0, len(spans), SEATS_A_CHUNK)]
    for number, chunk in enumerate(chunks):
        if not all(_finished(folder, number, table) for table in SCHEMAS):
            tables = assemble(
                chunk, prints, last, lambda rows: _made(prediction, judged, rows), data_hash=prediction.data_hash
            )
            for name, table in tables.items():
                write_parquet(_part(folder, number, name), table)
        if progress is not None:
            progress(min((number + 1) * SEATS_A_CHUNK, len(spans)), len(spans))
    files = {f"{table}.parquet": _join(folder, len(chunks), table, out) for table in SCHEMAS}
    files["scores.csv"] = _write_csv(out)
    entry = {
        "as_of": prediction.as_of.isoformat(),
        "data_hash": prediction.data_hash,
        "inputs": dict(inputs),
        "model_version": prediction.model_version,
        "outputs": {name: {"rows": count, "sha256": sha256(out / name)} for name, count in files.items()},
        "seeds": dict(seeds),
        "settings": settings,
        "versions": versions(),
        **({} if scenario.is_base else {"scenario": scenario.as_dict()}),
    }
    manifest = update_manifest(out / "manifest.json", "score", entry)
    if note is not None:
        note_run(note, out, prints, SCHEMAS)
    shutil.rmtree(out / PARTS, ignore_errors=True)
    return manifest


def write_forecast(
    frame: pd.DataFrame, path: Path, *, inputs: Mapping[str, str], seeds: Mapping[str, int], **facts: str
) -> Path:
    """Write a forecast of declared nominees, with its manifest.

    Parameters
    ----------
    frame : DataFrame
        The columns of `FORECAST`, in any order of rows; further columns are left out.
    path : Path
        The Parquet file.
    inputs : mapping of str to str
        SHA-256 of each input, by name.
    seeds : mapping of str to int
        Seeds behind the draws, by name.
    **facts : str
        What else the manifest shall say, such as as_of, model_version and data_hash.

    Returns
    -------
    Path
        The manifest: `manifest.json` beside a `forecast.parquet`, else `<name>.manifest.json`.

    Raises
    ------
    KhakaError
        A column is missing.
    """
    missing = [name for name in FORECAST.names if name not in frame.columns]
    if missing:
        raise KhakaError(f"the forecast has no column {', '.join(missing)}")
    ordered = frame[FORECAST.names].sort_values(["seat_id", "nominee_id"], kind="stable", ignore_index=True)
    write_parquet(path, _table(ordered, FORECAST))
    name = "manifest.json" if path.name == "forecast.parquet" else f"{path.stem}.manifest.json"
    entry = {
        **facts,
        "inputs": dict(inputs),
        "outputs": {path.name: {"rows": len(ordered), "sha256": sha256(path)}},
        "seeds": dict(seeds),
        "versions": versions(),
    }
    return update_manifest(path.with_name(name), "forecast", entry)


def content_hash(
    prediction: Prediction, judged: pd.DataFrame, *, inputs: Mapping[str, str], seeds: Mapping[str, int]
) -> str:
    """Return the SHA-256 of everything that decides the bytes of the results.

    Parameters
    ----------
    prediction : Prediction
        All of it, draws included.
    judged : DataFrame
        Of `khaka.scoring.eligibility.eligibility`.
    inputs, seeds : mapping
        As for `write_scores`.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    values = prediction.values
    head = {
        **_shared(prediction, seeds),
        "data_hash": prediction.data_hash,
        "inputs": dict(inputs),
        "support": [str(value) for value in prediction.support],
    }
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
    keys = pd.concat([prediction.people[["election_id", "seat_id", "aspirant_id"]], judged], axis=1)
    digest.update(keys.to_csv(index=False).encode())
    for numbers in (
        values.to_numpy(dtype=np.float64),
        prediction.contributions.to_numpy(dtype=np.float64),
        prediction.expected_margin,
        prediction.verified_share,
        prediction.swing_draws,
        prediction.seat_draws,
        prediction.person_draws,
    ):
        for start in range(0, len(numbers), 256):  # in blocks: a broadcast array is never copied whole
            digest.update(np.ascontiguousarray(numbers[start : start + 256]).tobytes())
    return digest.hexdigest()


def _shared(prediction: Prediction, seeds: Mapping[str, int]) -> dict[str, Any]:
    """Return what decides the rows of every seat alike."""
    return {
        "as_of": prediction.as_of.isoformat(),
        "chunk": SEATS_A_CHUNK,
        "code": code_hash("khaka.features", "khaka.scoring"),
        "columns": [list(map(str, frame.columns)) for frame in (prediction.values, prediction.contributions)],
        "given": sorted(prediction.given),
        "infos": {name: repr(info) for name, info in prediction.infos.items()},
        "model_version": prediction.model_version,
        "schemas": {name: str(schema) for name, schema in SCHEMAS.items()},
        "seeds": dict(seeds),
        "versions": versions(),
    }


def _check_shapes(prediction: Prediction) -> None:
    count = len(prediction.people)
    if count == 0:
        raise KhakaError("no aspirants to score; nominees of all parties are forecast with: khaka forecast")
    for name in (
        "values", "contributions", "expected_margin", "swing_draws", "seat_draws", "person_draws", "support",
        "verified_share",
    ):  # fmt: skip
        found = len(getattr(prediction, name))
        if found != count:
            raise KhakaError(f"the prediction has {found} rows of {name} for {count} aspirants; run the model again")


def _part(folder: Path, number: int, table: str) -> Path:
    return folder / f"{number:05d}.{table}.parquet"


def _finished(folder: Path, number: int, table: str) -> bool:
    """Whether a part is there and whole; a damaged one is made again."""
    path = _part(folder, number, table)
    if not path.is_file():
        return False
    try:
        read_parquet(path)
    except KhakaError:
        return False
    return True


def _made(prediction: Prediction, judged: pd.DataFrame, rows: slice) -> dict[str, pa.Table]:
    """Work out the tables of whole seats."""
    scores = score(prediction, judged, rows)
    frames = {
        "scores": scores,
        "explanations": explain(prediction, rows),
        "panel": panel(scores),
        "scenario": scenario_parts(prediction, rows),
    }
    return {table: _table(frame, SCHEMAS[table]) for table, frame in frames.items()}


def _table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a frame as an Arrow table without pandas' own metadata, NaN as null."""
    table = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
    return table.replace_schema_metadata(None)


def _tables(folder: Path, count: int, table: str) -> Iterator[pa.Table]:
    for number in range(count):
        yield read_parquet(_part(folder, number, table))


def _join(folder: Path, count: int, table: str, out: Path) -> int:
    """Join the parts of a table in order, one row group a part; return the number of rows."""
    rows = 0
    with durable_path(out / f"{table}.parquet") as temporary:
        options: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True, "version": "2.6"}
        with pq.ParquetWriter(temporary, SCHEMAS[table], **options) as writer:
            for part in _tables(folder, count, table):
                writer.write_table(part)
                rows += part.num_rows
    return rows


def _write_csv(out: Path) -> int:
    """Write the scores as CSV with a byte-order mark, as spreadsheets want it; return the number of rows."""
    frame = read_parquet(out / "scores.parquet").to_pandas(integer_object_nulls=True)
    frame[["rank", "tie_group"]] = frame[["rank", "tie_group"]].astype("Int64")
    write_bytes(out / "scores.csv", frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))
    return len(frame)
