"""Bad input through `ingest`: every planted fault is found in its row and column, and nothing gets past as an error."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from prepared import Prepared
from promise import Outcome

PROMISE = "bad input through ingest: no uncaught exception, no planted fault accepted in silence"
FULL = 100_000
ROWS = 2000
FAULTY = 0.9
"""So many of a file's rows have a fault; the others must be kept."""
SHARE_OF_BYTES = 0.2
"""Part of the cases that are files of hostile bytes (atheris); the rest are planted faults in good tables."""

TABLES = ("aspirants", "nominees", "activity", "ratings", "booths", "booth_votes", "seat_elections", "demographics")


def bad_value(column: Any, rng: random.Random) -> str | None:
    """Return a text that the column must refuse; None where anything goes."""
    choices: list[str] = []
    if column.kind in ("integer", "number", "share"):
        choices += ["twelve", "12,5", "1e999", "nan?", "--", "0x1F"]
        if column.kind == "integer":
            choices.append("3.5")
        if column.low is not None:
            choices.append(str(column.low - 1))
        if column.high is not None:
            choices.append(str(column.high + 1))
    elif column.kind == "date":
        choices += ["31/31/2020", "yesterday", "2020-02-30", "2020-13-01"]
    elif column.kind == "time":
        choices += ["2026-01-01 25:00:00+05:30", "noon", "2026-01-01T10:00:00"]
    elif column.kind == "flag":
        choices += ["perhaps", "2"]
    if column.allowed:
        choices += ["XYZ", "unknown!"]
    if column.pattern:
        choices += ["no id", "S24", "'; DROP TABLE seats; --"]
    if column.required:
        choices.append("")
    return rng.choice(choices) if choices else None


def planted(table: str, frame: pd.DataFrame, rng: random.Random) -> tuple[pd.DataFrame, list[tuple[int, str, str]]]:
    """Return rows as text, most of them with one fault each, and where: row in the file, column, value."""
    from khaka.data.schema import TABLES as SPECS

    spec = SPECS[table]
    rows = frame.sample(n=min(ROWS, len(frame)), random_state=rng.randrange(2**31)).reset_index(drop=True)
    text = rows.astype("object").where(rows.notna(), "").astype(str)
    faults = []
    columns = [column for column in spec.columns if column.name in text.columns]
    for row in rng.sample(range(len(text)), k=int(len(text) * FAULTY)):
        column = rng.choice(columns)
        value = bad_value(column, rng)
        if value is not None:
            text.loc[row, column.name] = value
            faults.append((row + 2, column.name, value))
    return text, faults


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Plant faults table by table, then let atheris write files."""
    from khaka.data.ingest import ingest
    from khaka.data.workspace import init_workspace

    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    bytes_cases = int(cases * SHARE_OF_BYTES)
    sources = {name: _text_table(made.root / "world" / "tables", name) for name in TABLES}
    with tempfile.TemporaryDirectory(prefix="khaka-intake-") as folder:
        number = 0
        while outcome.tried < cases - bytes_cases:
            table = rng.choice(TABLES)
            text, faults = planted(table, sources[table], rng)
            path = Path(folder) / f"case{number}" / f"{table}.csv"
            path.parent.mkdir()
            text.to_csv(path, index=False)
            root = Path(folder) / f"workspace{number}"
            workspace = init_workspace(root, state="S24", party="INC")
            number += 1
            outcome.tried += len(faults)
            try:
                ingest([path], workspace_root=root, store=workspace.store)
            except Exception as error:
                outcome.fail(f"{table}: {type(error).__name__}: {error}"[:300])
                continue
            quarantine = pd.read_parquet(workspace.quarantine_file) if workspace.quarantine_file.exists() else None
            found = set() if quarantine is None else set(zip(quarantine["row"], quarantine["column"], strict=True))
            for row, column, value in faults:
                if (row, column) not in found and not any(one == row for one, _ in found):
                    outcome.fail(f"{table}.{column} = {value!r} in row {row} was accepted")
        said = _hostile_bytes(made, Path(folder), runs=bytes_cases, seed=seed)
        outcome.tried += bytes_cases
        if said:
            outcome.fail(said)
    outcome.detail = (
        f"{outcome.tried - bytes_cases} faults in {number} files, {bytes_cases} files of hostile bytes (atheris)"
    )
    return outcome


def _text_table(folder: Path, name: str) -> pd.DataFrame:
    paths = [path for path in sorted(folder.rglob(f"{name}*")) if path.is_file()]
    frames = [pd.read_csv(path, dtype=str) if ".csv" in path.name else pd.read_parquet(path) for path in paths]
    return pd.concat(frames, ignore_index=True).astype("object")


def _hostile_bytes(made: Prepared, folder: Path, *, runs: int, seed: int) -> str:
    """Let atheris look for bytes that no reader catches; return what it found."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for path in sorted((made.root / "world" / "tables").rglob("*.csv*"))[:10]:
        (corpus / path.name).write_bytes(path.read_bytes()[:2000])
    (corpus / "form20.csv").write_text(
        "Form 20\nSl,Polling Station,A,B,Total Valid\n1,School,10,20,30\n2,Hall,5,6,11\n"
    )
    (corpus / "map.json").write_text('{"type":"FeatureCollection","features":[]}')
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("hostile_bytes.py")), f"-runs={runs}", f"-seed={seed + 1}",
         "-max_len=4096", "-timeout=30", f"-artifact_prefix={folder}/", str(corpus)],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    if done.returncode == 0 and re.search(r"Done \d+ runs", done.stderr):
        return ""
    return f"hostile bytes: {done.stderr[-600:]}"
