"""`make torture`: every promise tried at full count, one table at the end; `--share 0.1` tries a tenth of each.

python tests/torture/run.py [--share S] [--seed N] [--only NAME ...] [--out FOLDER] [--root FOLDER]

`--out docs` keeps the outcome of each promise in `torture.csv`, with the day and the code that was tried, and writes
the table of all that are in it to `torture.md`: promises may be tried on several days, and the table says which when.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import importlib
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from prepared import prepared
from promise import Outcome

PROMISES = (
    "kills", "unsynced", "starts", "damage", "intake", "hostile_text", "requests_made", "runs_nothing", "same_bytes",
    "reproduced", "network", "disclosure",
)  # fmt: skip
"""One file each, with PROMISE, FULL (the count of a whole run) and check()."""


def tried(name: str, root: Path, *, share: float, seed: int) -> Outcome:
    """Try one promise with a share of its full count."""
    module = importlib.import_module(name)
    outcome: Outcome = module.check(prepared(root), cases=max(1, round(module.FULL * share)), seed=seed)
    return outcome


def table(outcomes: list[tuple[Outcome, float]]) -> str:
    """Return the table of all promises."""
    lines = ["| promise | tried | failed | seconds | what was tried |", "| --- | ---: | ---: | ---: | --- |"]
    for outcome, seconds in outcomes:
        lines.append(
            f"| {outcome.promise} | {outcome.tried:,} | {outcome.failed:,} | {seconds:,.0f} | {outcome.detail} |"
        )
    return "\n".join(lines)


COLUMNS = ("name", "promise", "tried", "failed", "seconds", "what", "share", "seed", "day", "code", "machine")
HEAD = """# What was tried

Written by `make torture`, promise by promise; SECURITY.md says against whom each is made. The code is the SHA-256 of
the program's sources and of the trials, its first digits.

"""


def code() -> str:
    """Return what was tried: the first digits of one hash over the program's sources and the trials'."""
    from khaka.data.code_hash import code_hash

    packages = (f"khaka.{part}" for part in ("data", "features", "training", "scoring", "app"))
    digest = hashlib.sha256(code_hash(*packages).encode())
    for path in sorted(Path(__file__).parent.glob("*.[pc]*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def keep(folder: Path, name: str, outcome: Outcome, seconds: float, *, share: float, seed: int) -> None:
    """Put an outcome into a folder's `torture.csv` in place of an older one, and write `torture.md` anew."""
    rows = kept_in(folder)
    rows[name] = {
        "name": name, "promise": outcome.promise, "tried": str(outcome.tried), "failed": str(outcome.failed),
        "seconds": f"{seconds:.0f}", "what": outcome.detail, "share": f"{share:g}", "seed": str(seed),
        "day": dt.datetime.now(dt.UTC).date().isoformat(), "code": code(),
        "machine": f"Python {platform.python_version()}, {os.cpu_count()} cores",
    }  # fmt: skip
    write(folder, rows)


def kept_in(folder: Path) -> dict[str, dict[str, str]]:
    """Return the outcomes that a folder keeps, by promise."""
    path = folder / "torture.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as handle:
        return {row["name"]: row for row in csv.DictReader(handle)}


def write(folder: Path, rows: dict[str, dict[str, str]]) -> None:
    """Write outcomes and their table."""
    kept = [rows[one] for one in PROMISES if one in rows]
    with (folder / "torture.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    lines = [
        "| promise | tried | failed | seconds | what was tried | of the full count | day | code |",
        "| --- | ---: | ---: | ---: | --- | ---: | --- | --- |",
        *(_line(one, rows.get(one)) for one in PROMISES),
    ]
    machines = "; ".join(sorted({row["machine"] for row in kept}))
    (folder / "torture.md").write_text(HEAD + "\n".join(lines) + f"\n\nOn: {machines}.\n", encoding="utf-8")


def _line(name: str, row: dict[str, str] | None) -> str:
    if row is None:
        return f"| {importlib.import_module(name).PROMISE} | 0 | | | not tried yet | | | |"
    counts = " | ".join(f"{int(row[column]):,}" for column in ("tried", "failed", "seconds"))
    share = f"{float(row['share']):.0%}"
    return f"| {row['promise']} | {counts} | {row['what']} | {share} | {row['day']} | `{row['code']}` |"


def main() -> int:
    """Run, print, return 1 if any promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="part of each full count")
    parser.add_argument("--seed", type=int, default=2027)
    parser.add_argument("--out", type=Path, help="folder that keeps torture.csv and torture.md")
    parser.add_argument("--root", type=Path, help="folder that keeps the prepared workspace for the next run")
    parser.add_argument("--only", nargs="*", choices=PROMISES, default=list(PROMISES))
    given = parser.parse_args()
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    outcomes: list[tuple[Outcome, float]] = []
    with tempfile.TemporaryDirectory(prefix="khaka-torture-") as folder:
        root = given.root or Path(folder)
        prepared(root)
        for name in given.only:
            started = time.monotonic()
            outcome = tried(name, root, share=given.share, seed=given.seed)
            outcomes.append((outcome, time.monotonic() - started))
            if given.out is not None:
                keep(given.out, name, *outcomes[-1], share=given.share, seed=given.seed)
            print(f"{'FAILED' if outcome.failed else 'held  '}  {outcome.promise}: {outcome.detail}", flush=True)
            for failure in outcome.failures:
                print(f"        {failure}", flush=True)
    print(f"\n{table(outcomes)}")
    return 1 if any(outcome.failed for outcome, _ in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
