"""The house keeps its shape: data flows one way, names and sizes hold, nothing heavy is imported early."""

from __future__ import annotations

import ast
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("data", "features", "training", "scoring", "app")


def modules() -> Iterator[tuple[str, Path]]:
    for stage in STAGES:
        for path in sorted((ROOT / stage).rglob("*.py")):
            yield stage, path


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            yield node.module or ""


def top_level_imports(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from imports(ast.Module([node], []))


@pytest.mark.parametrize(("stage", "path"), [pytest.param(s, p, id=str(p.relative_to(ROOT))) for s, p in modules()])
def test_a_file_imports_only_from_its_own_stage_or_earlier_ones(stage: str, path: Path) -> None:
    allowed = STAGES[: STAGES.index(stage) + 1]
    for name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        if name.startswith("khaka."):
            assert name.split(".")[1] in allowed, f"{path} in stage {stage} imports {name}"


def test_no_module_needs_itself_in_a_circle() -> None:
    paths = {"khaka." + ".".join(path.relative_to(ROOT).with_suffix("").parts): path for _, path in modules()}
    paths = {name.removesuffix(".__init__"): path for name, path in paths.items()}
    needs: dict[str, set[str]] = {}
    for name, path in paths.items():
        body = ast.parse(path.read_text(encoding="utf-8")).body
        found = {f"{node.module}.{one.name}" for node in body if isinstance(node, ast.ImportFrom) for one in node.names}
        found |= {node.module or "" for node in body if isinstance(node, ast.ImportFrom)}
        needs[name] = {other for other in found if other in paths and not f"{name}.".startswith(f"{other}.")}
    assert len(tuple(TopologicalSorter(needs).static_order())) == len(paths)  # a circle is an error that names it


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("mlflow", ("training/tracking.py", "training/mlflow_run.py", "training/pyfunc_model.py")),
        ("shap", ("scoring/shap_plots.py",)),
    ],
)
def test_mlflow_and_shap_each_have_one_home(package: str, home: tuple[str, ...]) -> None:
    users = {
        str(path.relative_to(ROOT))
        for _, path in modules()
        for name in imports(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] == package
    }
    assert users <= set(home)


def test_pickle_is_used_nowhere() -> None:
    for _, path in modules():
        names = {name.split(".")[0] for name in imports(ast.parse(path.read_text(encoding="utf-8")))}
        assert not names & {"pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal"}, path


def test_the_command_line_imports_nothing_heavy() -> None:
    seen: set[str] = set()
    waiting = ["khaka.app.cli"]
    while waiting:
        name = waiting.pop()
        parts = name.split(".")
        path = ROOT.joinpath(*parts[1:]).with_suffix(".py")
        if parts[0] != "khaka" or len(parts) == 1 or not path.exists():
            continue
        for found in top_level_imports(ast.parse(path.read_text(encoding="utf-8"))):
            if found not in seen:
                seen.add(found)
                waiting.append(found)
    assert not {name.split(".")[0] for name in seen} & {"pandas", "numpy", "mlflow", "lightgbm", "pydantic", "duckdb"}


def processor_seconds(*command: str) -> float:
    """Seconds of the processor that a command takes, its best of three: a busy machine makes it wait, not work."""
    taken = []
    for _ in range(3):
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime)
    return min(taken)


def test_help_is_quick() -> None:
    assert processor_seconds("-m", "khaka.app.cli", "--help") < 0.5


def test_every_package_is_listed_in_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tools = project["tool"]["setuptools"]
    folders = {
        "khaka." + ".".join(path.parent.relative_to(ROOT).parts)
        for _, path in modules()
        if path.name == "__init__.py" and path.parent != ROOT / "app" / "public"
    }
    assert folders | {"khaka"} == set(tools["packages"])
    mapped = tools["package-dir"]
    for package in tools["packages"]:
        parts = package.split(".")[1:]
        parents = [".".join(["khaka", *parts[:i]]) for i in range(len(parts), 0, -1)]
        assert any(parent in mapped for parent in parents) or package == "khaka"


def test_no_folder_shadows_the_import_package() -> None:
    assert not (ROOT / "khaka").exists()


def test_the_lock_has_hashes_and_no_addresses() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links", text)
    pins = re.findall(r"^[a-z0-9][\w.-]*==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, flags=re.M)
    assert len(pins) == len(re.findall(r"^[a-z0-9]", text, flags=re.M)) > 50
