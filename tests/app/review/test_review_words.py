"""Every sentence that a visitor may be told is there in Hindi, with the same gaps; the page loads nothing heavy."""

from __future__ import annotations

import ast
import string
import subprocess
import sys
from pathlib import Path

import pytest

from khaka.app.review.language import Reader, catalogue
from khaka.app.review.telling import Told

SOURCES = Path(__file__).resolve().parents[3] / "app" / "review"


def sentences() -> list[str]:
    """The first argument of every Told, Stale, NotThere and Forbidden of the page."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in ("Told", "Stale", "NotThere", "Forbidden"):
                first = node.args[0]  # type: ignore[attr-defined]
                assert isinstance(first, ast.Constant), f"{path}:{called.lineno} hands over no plain sentence"
                found.add(str(first.value))
    return sorted(found)


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("sentence", sentences())
def test_a_sentence_is_there_in_hindi_with_the_same_gaps(sentence: str) -> None:
    hindi = catalogue("hi").gettext(sentence)
    assert hindi != sentence
    assert gaps(hindi) == gaps(sentence)
    assert any("\u0900" <= sign <= "\u097f" for sign in hindi)


def test_a_fault_is_told_in_the_readers_language() -> None:
    fault = Told("there is no list {number}", number=7)
    assert (str(fault), fault.tell(catalogue("en"))) == ("there is no list 7", "there is no list 7")
    assert fault.tell(catalogue("hi")) == "सूची 7 नहीं है"


def test_a_reader_is_what_the_cookie_says() -> None:
    assert Reader("hi", "devanagari").cookie() == "hi.devanagari"


def test_the_page_imports_neither_mlflow_nor_shap_nor_lightgbm() -> None:
    code = (
        "import sys; import khaka.app.review.serve as serve; from khaka.app.review.factory import all_routes; "
        "list(all_routes()); heavy = {'mlflow', 'shap', 'lightgbm', 'matplotlib', 'sklearn'} & set(sys.modules); "
        "print(sorted(heavy)); sys.exit(bool(heavy & {'mlflow', 'shap', 'lightgbm'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
