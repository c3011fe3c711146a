"""Nothing in a model's folder is run, and no pickle is reachable: folders that try it."""

from __future__ import annotations

import ast
import json
import pickle
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from kills import load
from prepared import Prepared
from promise import REPOSITORY, Outcome, in_child

PROMISE = "nothing runs code from a model's folder, and no pickle is reachable"
FULL = 60
LOADERS = ("pickle", "cloudpickle", "joblib", "dill", "marshal", "shelve")


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def plant(bundle: Path, model: Path, fuse: Path, kind: str) -> None:
    """Put something that would run into a model's folder."""
    code = f"open({str(fuse)!r}, 'w').close()\n"
    if kind == "python file":
        (bundle / "sitecustomize.py").write_text(code)
        (bundle / "__init__.py").write_text(code)
    elif kind == "code of the model":
        for path in model.rglob("*.py"):
            path.write_text(code + path.read_text())
    elif kind == "loader module":
        path = model / "MLmodel"
        path.write_text(path.read_text().replace("mlflow.pyfunc.model", "sitecustomize"))
        (model / "code").mkdir(exist_ok=True)
        (model / "code" / "sitecustomize.py").write_text(code)
    elif kind == "pickle":
        for name in ("model.pkl", "python_model.pkl", "shares.json", "candidate.json"):
            (bundle / name).write_bytes(pickle.dumps(Bomb(fuse)))
    elif kind == "object in JSON":
        stored = json.loads((bundle / "shares.json").read_text(encoding="utf-8"))
        stored["__reduce__"] = ["os.system", f"touch {fuse}"]
        stored["py/object"] = "os.system"
        (bundle / "shares.json").write_text(json.dumps(stored))
    elif kind == "link out":
        (bundle / "spread.json").unlink()
        (bundle / "spread.json").symlink_to("/etc/passwd")
    elif kind == "more files, hashes made anew":
        (bundle / "extra.pkl").write_bytes(pickle.dumps(Bomb(fuse)))


KINDS = ("python file", "code of the model", "loader module", "pickle", "object in JSON", "link out",
         "more files, hashes made anew")  # fmt: skip


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Plant and load as khaka does; and look through our own sources for loaders."""
    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    ended_in: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="khaka-bomb-") as folder:
        whole = made.copy(Path(folder) / "whole")
        # imported here once, so that no child spends its time on it
        load(in_child(lambda: (_load(whole), sorted(sys.modules))).answer[1])
        for case in range(cases):
            root = made.copy(Path(folder) / f"case{case}")
            bundle = next(path.parent for path in sorted((root / "mlflow").rglob("shares.json")))
            model = next(path.parent for path in sorted((root / "mlflow").rglob("MLmodel")))
            fuse = Path(folder) / f"fuse{case}"
            kind = rng.choice(KINDS)
            plant(bundle, model, fuse, kind)
            ended = in_child(lambda root=root: _load(root))  # type: ignore[misc]
            outcome.tried += 1
            if fuse.exists():
                outcome.fail(f"{kind}: it ran")
            elif ended.signal or ended.error:
                outcome.fail(f"{kind}: {ended.error[-200:] or ended.signal}")
            else:
                ended_in[ended.answer] = ended_in.get(ended.answer, 0) + 1
            shutil.rmtree(root)
    ours = [path for part in ("data", "features", "training", "scoring", "app")
            for path in (REPOSITORY / part).rglob("*.py")]  # fmt: skip
    for path in ours:
        outcome.tried += 1
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )  # fmt: skip
            if any(name.split(".")[0] in LOADERS for name in names):
                outcome.fail(f"{path.relative_to(REPOSITORY)} imports {names}")
    said = ", ".join(f"{count} {name}" for name, count in sorted(ended_in.items()))
    outcome.detail = f"{cases} planted folders ({said}), {len(ours)} source files without a loader"
    return outcome


def _load(root: Path) -> str:
    from khaka.data.errors import KhakaError
    from khaka.data.workspace import open_workspace
    from khaka.training.fit import load_models
    from khaka.training.tracking import Tracker

    try:
        load_models(Tracker(open_workspace(root)).find().bundle)
    except KhakaError:
        return "refused"
    return "not looked at"
