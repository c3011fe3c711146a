"""Docstrings hold what they promise: examples run, public names follow numpydoc."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import warnings
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("data", "features", "training", "scoring", "app")
CHECKS = {"GL03", "SS03", "SS05", "PR01", "PR02", "PR03", "RT01", "YD01"}
#: modules that act when they are imported (mlflow runs the file itself)
NOT_IMPORTED = {"khaka.training.pyfunc_model"}


def names() -> list[str]:
    found = []
    for stage in STAGES:
        for path in sorted((ROOT / stage).rglob("*.py")):
            if path.parent.name == "public":
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append(".".join(["khaka", *(part for part in parts if part != "__init__")]))
    return [name for name in found if name not in NOT_IMPORTED]


@pytest.mark.parametrize("name", names())
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def public(module: ModuleType) -> list[str]:
    tree = ast.parse(inspect.getsource(module))
    found = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            found.append(f"{module.__name__}.{node.name}")
            if isinstance(node, ast.ClassDef):
                found += [
                    f"{module.__name__}.{node.name}.{item.name}"
                    for item in node.body
                    if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")
                ]
    return found


@pytest.mark.parametrize("name", names())
def test_public_names_have_numpydoc_docstrings(name: str) -> None:
    from numpydoc.validate import validate

    module = importlib.import_module(name)
    wrong = []
    for item in public(module):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpydoc warns about sections it doesn't know; the codes below say it
            errors = validate(item)["errors"]
        source = item.rsplit(".", 1)[-1]
        documented = inspect.getdoc(_resolve(module, item)) or ""
        if "Parameters\n" not in documented:  # a one-line docstring is enough where names say it all
            errors = [error for error in errors if error[0] not in {"PR01", "RT01", "YD01"}]
        wrong += [f"{source}: {code} {text}" for code, text in errors if code in CHECKS]
    assert not wrong


def _resolve(module: ModuleType, item: str) -> object:
    target: object = module
    for part in item.removeprefix(module.__name__ + ".").split("."):
        target = getattr(target, part)
    return target
