"""A damaged model, Parquet or settings file: a clear sentence, never a crash, a hang or another number in silence."""

from __future__ import annotations

import random
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from prepared import Prepared
from promise import Outcome, in_child

PROMISE = "a damaged model, Parquet or settings file: no crash, no hang, no silent difference"
FULL = 2000
A_CHILD = 50


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Return other bytes: a flipped bit, a changed byte, a cut, a hole, a repeat, a swap, nothing left."""
    if not content:
        return b"\x00"
    kind = rng.choice(("bit", "byte", "cut", "zeros", "repeat", "insert", "swap", "empty"))
    at = rng.randrange(len(content))
    size = rng.randint(1, max(1, min(64, len(content) - at)))
    if kind == "bit":
        made = content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]
    elif kind == "byte":
        made = content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
    elif kind == "cut":
        made = content[:at]
    elif kind == "zeros":
        made = content[:at] + bytes(size) + content[at + size :]
    elif kind == "repeat":
        made = content[:at] + content[at : at + size] * 2 + content[at + size :]
    elif kind == "insert":
        made = content[:at] + rng.randbytes(size) + content[at:]
    elif kind == "swap":
        made = content[at:] + content[:at]
    else:
        made = b""
    return made if made != content else content + b"\x00"


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Damage one file after another and read it as khaka does."""
    from khaka.data.settings import load_settings
    from khaka.data.workspace import open_workspace
    from khaka.training.bundle import verify
    from khaka.training.fit import load_models

    outcome = Outcome(PROMISE)
    with tempfile.TemporaryDirectory(prefix="khaka-damage-") as folder:
        root = made.copy(Path(folder) / "workspace")
        workspace = open_workspace(root)
        bundle = next(path.parent for path in sorted((root / "mlflow").rglob("shares.json")))
        tables = [path for name in workspace.store.names() for path in workspace.store.files(name)]
        results = sorted((root / "results").rglob("*.parquet")) if (root / "results").exists() else []
        models = [path for path in sorted(bundle.iterdir()) if path.is_file()]

        def model() -> Any:
            verify(bundle)
            return load_models(bundle).shares.to_json()["params"]

        def table(path: Path) -> Callable[[], Any]:
            def read() -> Any:
                store = open_workspace(root).store
                store.hashes([path.parent.name])
                return store.read(path.parent.name)

            return read

        def settings() -> Any:
            return load_settings(root)

        subjects: list[tuple[str, Path, Callable[[], Any]]] = [
            *(("model", path, model) for path in models),
            *(("table", path, table(path)) for path in tables + results[:0]),
            ("settings", root / "khaka.toml", settings),
        ]
        rng = random.Random(seed)
        plan = [
            (rng.choices(subjects, weights=[_weight(one[0]) for one in subjects])[0], rng.random())
            for _ in range(cases)
        ]
        counts: dict[str, int] = {}
        for start in range(0, cases, A_CHILD):
            part = plan[start : start + A_CHILD]
            ended = in_child(lambda part=part: [_one(*subject, draw) for subject, draw in part], seconds=300)  # type: ignore[misc]
            outcome.tried += len(part)
            for _, path, _ in (subject for subject, _ in part):  # a killed child may have left a damaged file
                good = made.root / "workspace" / path.relative_to(root)
                shutil.copyfile(good, path)
            if ended.signal or ended.error:
                outcome.fail(f"{'hang' if ended.hung else ended.signal or ended.error[-300:]} in one of {len(part)}")
                continue
            for said, detail in ended.answer:
                counts[said] = counts.get(said, 0) + 1
                if said in ("silent", "uncaught"):
                    outcome.fail(f"{said}: {detail}")
        outcome.detail = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    return outcome


def _weight(kind: str) -> float:
    return {"model": 3.0, "table": 1.0, "settings": 6.0}[kind]


def _one(kind: str, path: Path, read: Callable[[], Any], draw: float) -> tuple[str, str]:
    """Damage a file, read it, mend it; return how it went."""
    from khaka.data.errors import KhakaError

    content = path.read_bytes()
    before = read()
    signal.alarm(60)
    path.write_bytes(mutate(content, random.Random(draw)))
    try:
        after = read()
    except KhakaError as error:
        return ("refused", "") if str(error) else ("uncaught", "an empty sentence")
    except Exception as error:
        return "uncaught", f"{path.name}: {type(error).__name__}: {error}"
    finally:
        path.write_bytes(content)
    same = before.equals(after) if isinstance(before, pd.DataFrame) else before == after
    if same:
        return "same result", ""
    # a person may write another valid value into the settings: it is used, and each result records it
    return ("another valid setting", "") if kind == "settings" else ("silent", path.name)
