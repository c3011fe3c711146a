"""The docs agree with the program: reference pages, commands, settings, words of the page, links, examples."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click
import pandas as pd
import pytest
from pydantic import BaseModel

from khaka.app.cli import COMMANDS, khaka
from khaka.app.reference import pages
from khaka.data.kinds import parse
from khaka.data.schema import KINDS, TABLES
from khaka.data.settings import Settings
from khaka.scoring.batch import FORECAST, SCHEMAS
from khaka.scoring.result_tables import RESULTS
from khaka.scoring.slate.recommend import SLATE

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
TEXTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def interface_names() -> list[str]:
    import khaka as interface

    return list(interface.__all__)


def made_by_people(path: Path) -> bool:
    return path.parent.name != "reference" and path.name != "CHANGELOG.md"


def prose() -> str:
    """What explains things, without the pages made from code."""
    return "\n".join(path.read_text(encoding="utf-8") for path in TEXTS if made_by_people(path))


def every_command() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(khaka, info_name="khaka")
    for name in COMMANDS:
        command = khaka.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            for part in command.list_commands(inner):
                found = command.get_command(inner, part)
                assert found is not None
                yield f"{name} {part}", found


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    path = DOCS / "reference" / name
    assert path.read_text(encoding="utf-8") == pages()[name], "run: python -m khaka.app.reference docs/reference"


def test_every_command_stands_in_the_docs_that_people_write() -> None:
    text = prose()
    missing = [name for name, command in every_command() if not re.search(rf"khaka {name}\b", text)]
    assert not missing


def test_every_command_and_option_says_what_it_is_for() -> None:
    silent = []
    for name, command in every_command():
        if not (command.help or "").strip():
            silent.append(name)
        silent += [
            f"{name} {item.opts[0]}"
            for item in command.params
            if isinstance(item, click.Option) and not (item.help or "").strip()
        ]
        if not example_lines(command):
            silent.append(f"{name}: no example")
    assert not silent


def example_lines(command: click.Command) -> list[str]:
    return [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  khaka ")]


@pytest.mark.parametrize("line", sorted({line for _, command in every_command() for line in example_lines(command)}))
def test_every_example_of_the_help_is_a_line_that_the_program_takes(line: str) -> None:
    words = shlex.split(line.partition(" #")[0].partition(" > ")[0])[1:]
    command: click.Command = khaka
    context = click.Context(khaka, info_name="khaka")
    while isinstance(command, click.Group):
        name, *words = words
        found = command.get_command(context, name)
        assert found is not None, name
        command, context = found, click.Context(found, info_name=name, parent=context)
    command.make_context(name, words, parent=context.parent)


def test_each_example_of_the_help_stands_on_a_line_of_its_own() -> None:
    for _, command in every_command():
        shown = command.get_help(click.Context(command, info_name="x", max_content_width=80))
        assert set(example_lines(command)) <= {line.strip() for line in shown.splitlines()}


def test_every_setting_says_what_it_is_for_and_stands_in_the_docs() -> None:
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    silent = []
    for section, field in Settings.model_fields.items():
        model: Any = field.annotation
        assert issubclass(model, BaseModel)
        assert f"## `[{section}]`" in page
        for key, item in model.model_fields.items():
            if not (item.description or "").strip() or f"| `{key}` |" not in page:
                silent.append(f"{section}.{key}")
    assert not silent


def test_every_column_of_the_results_stands_in_the_docs_in_its_order() -> None:
    schemas = {name: SCHEMAS[name] for name in ("scores", "explanations", "panel")}
    schemas |= {"forecast": FORECAST, "slate": SLATE}
    assert {name: schema.names for name, schema in schemas.items()} == {
        name: list(columns) for name, (_, columns) in RESULTS.items()
    }


def test_every_kind_of_column_is_explained_with_a_value_that_is_read() -> None:
    assert set(KINDS) == {column.kind for table in TABLES.values() for column in table.columns}
    for kind, how in KINDS.items():
        if kind in ("integer", "number", "date", "time"):
            _, reasons = parse(pd.Series([re.split(r"[,:] ", how)[0]], dtype="str"), kind)
            assert reasons.isna().all(), kind


def anchors(path: Path) -> set[str]:
    """Anchors of the headings of a page, as mkdocs and GitHub make them for plain words."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_are_there(path: Path) -> None:
    broken = []
    for target in LINK.findall(re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = unquote(target).partition("#")
        aim = (path.parent / name).resolve() if name else path
        if not aim.exists() or (anchor and aim.suffix == ".md" and anchor not in anchors(aim)):
            broken.append(target)
    assert not broken


def page_words(language: str) -> set[str]:
    """Texts of the committee's page in one language, from its catalogues."""
    from babel.messages.pofile import read_po

    found: set[str] = set()
    for path in sorted((ROOT / "app" / "review" / "locale" / "hi" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle):
                said = message.id if language == "en" else message.string
                found |= {said} if isinstance(said, str) else set(said)
    return {text.rstrip(":") for text in found} | {"हिन्दी", "मोटे अक्षरों", "bold"}


@pytest.mark.parametrize(("name", "language"), [("committee-guide.md", "en"), ("committee-guide.hi.md", "hi")])
def test_words_in_bold_stand_on_the_page_as_in_the_guide(name: str, language: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    bold = {" ".join(words.split()).rstrip(":") for words in re.findall(r"\*\*(.+?)\*\*", text, flags=re.DOTALL)}
    assert len(bold) > 30
    assert bold <= page_words(language), sorted(bold - page_words(language))


def test_the_messages_that_the_first_page_explains_are_those_of_the_program() -> None:
    page = (DOCS / "start.md").read_text(encoding="utf-8").split("| it says |")[1].split("\n\n")[0]
    said = re.findall(r"^\| `(.+?)` \|", page, flags=re.MULTILINE)
    files = [path for stage in ("data", "scoring", "app") for path in (ROOT / stage).rglob("*.py")]
    source = re.sub(r'"\s*\n\s*f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in files))
    parts = [part.strip() for message in said for part in message.split("...") if part.strip()]
    assert len(said) == 3
    assert [part for part in parts if part not in source] == []


def test_the_tables_that_the_first_page_shows_are_read_as_they_stand(tmp_path: Path) -> None:
    import khaka as interface

    text = (DOCS / "start.md").read_text(encoding="utf-8")
    shown = re.findall(r"`(\w+)\.csv`[^`]*?:\n\n((?:    \S.*\n)+)", text)
    assert [name for name, _ in shown] == ["aspirants", "seat_elections", "elections", "nominees"]
    workspace = interface.init(tmp_path / "up", state="S24", party="INC")
    for name, block in shown:
        path = tmp_path / f"{name}.csv"
        path.write_text(re.sub(r"^ {4}", "", block, flags=re.MULTILINE), encoding="utf-8")
        report = workspace.ingest(path)
        assert not report.refused, report.refused[0].reason
        rows = block.count("\n") - 1
        assert [(one.table, one.kept, one.quarantined, one.flagged) for one in report.files[0].tables] == [
            (name, rows, 0, 0)
        ]


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_loads_nothing_from_outside(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr  # with --quiet mkdocs counts no warnings
    built = sorted(tmp_path.rglob("*.html"))
    assert len(built) >= len(list(DOCS.rglob("*.md")))
    outside = []
    for path in [*built, *tmp_path.rglob("*.css"), *tmp_path.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"?((?:https?:)?//[^\">\s]+)", text)
        loaded += re.findall(r"<link\b[^>]*\bhref=\"?((?:https?:)?//[^\">\s]+)", text)
        loaded += re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", text)
        outside += [f"{path.relative_to(tmp_path)}: {address}" for address in loaded]
    assert not outside


def test_every_page_of_the_docs_is_in_the_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [path.name for path in sorted(DOCS.rglob("*.md")) if str(path.relative_to(DOCS)) not in menu] == []


@pytest.mark.slow
def test_the_example_of_the_analysts_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import khaka as interface
    from khaka.data.simulate import simulate

    made = simulate(tmp_path / "world", seats=8, booths_per_seat=6, elections=5, seed=4)
    interface.init(tmp_path / "up", state=made.state, party=made.party).ingest(tmp_path / "world")
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", (DOCS / "analysts.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(compile(code[1], "docs/analysts.md", "exec", dont_inherit=True), names)
    gap = names["results"].contrast(names["first"], names["second"])
    margins = names["seat"]["expected_margin"]
    assert gap.sum() == pytest.approx(margins.iloc[0] - margins.iloc[1], abs=1e-6)


@pytest.mark.parametrize("name", sorted(set(interface_names()) - {"__version__"}))
def test_what_khaka_exports_says_units_errors_and_shows_an_example(name: str) -> None:
    import khaka as interface

    thing = getattr(interface, name)
    parts = [thing]
    if inspect.isclass(thing):
        parts += [item for part, item in vars(thing).items() if not part.startswith("_")]
    text = "\n".join(inspect.getdoc(part) or "" for part in parts)
    assert ">>> " in text
    assert "KhakaError" in text
    if name not in {"KhakaError", "init", "open", "OpenWorkspace"}:
        assert re.search(r"points|0 to 1", text), "no units"
