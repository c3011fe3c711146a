"""Reference pages made from the program itself: commands, tables, results, settings, features, the Python interface.

`python -m khaka.app.reference docs/reference` writes them; a test says when a page is behind the code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click
from pydantic import BaseModel

from khaka.app.cli import COMMANDS, khaka
from khaka.app.reference_python import interface_page
from khaka.data.schema import KINDS, TABLES
from khaka.data.settings import Settings
from khaka.features.nominee_table import FEATURES as NOMINEE_FEATURES
from khaka.features.registry import FAMILIES, FeatureInfo
from khaka.features.table import FAMILY_MODULES
from khaka.scoring.result_tables import RESULTS

_ARGUMENTS: Final = {
    "FILE": "the backup", "FILE_OR_FOLDER": "where the backup goes", "FOLDER": "a new folder",
    "NAME": "the user", "OUT": "the folder that is written", "PATHS...": "files and folders",
    "PERSON": "an aspirant_id, or a person_id", "TRUTH": "truth.parquet of a made-up state",
}  # fmt: skip
"""What the arguments of commands are; one that is missing here fails."""
_MADE: Final = "<!-- made by `make docs` from the code; changes here are lost -->\n\n"


def pages() -> dict[str, str]:
    """Return the text of each reference page by its file name.

    Returns
    -------
    dict of str to str
        Markdown by name.

    Examples
    --------
    >>> sorted(pages())
    ['commands.md', 'features.md', 'python.md', 'results.md', 'settings.md', 'tables.md']
    """
    made = {
        "commands.md": _commands(),
        "features.md": _features(),
        "settings.md": _settings(),
        "python.md": interface_page(),
        "results.md": _results(),
        "tables.md": _tables(),
    }
    return {name: _MADE + text.rstrip() + "\n" for name, text in made.items()}


def write(folder: Path) -> list[Path]:
    """Write the pages.

    Parameters
    ----------
    folder : Path
        Made if missing.

    Returns
    -------
    list of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in pages()]


def _commands() -> str:
    lines = [
        "# Commands", "",
        "Every command takes `--workspace DIR` (default: the current folder), `--quiet` and `--json`, before or after "
        "its name. Exit code 0: done; 1: the data or the rules make it impossible, with one sentence why; 2: wrong "
        "usage.", "",
    ]  # fmt: skip
    context = click.Context(khaka, info_name="khaka")
    for name, about in COMMANDS.items():
        command = khaka.get_command(context, name)
        assert command is not None
        lines += _command(command, click.Context(command, info_name=f"khaka {name}", parent=None), about)
    return "\n".join(lines)


def _command(command: click.Command, context: click.Context, about: str) -> Iterator[str]:
    yield f"## `{context.info_name}`"
    yield ""
    text = (command.help or about).replace("\b\n", "").strip()
    yield "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
    yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            if part is not None:
                inner = click.Context(part, info_name=f"{context.info_name} {name}")
                yield from _command(part, inner, part.get_short_help_str(200))
        return
    rows = [row for row in (_parameter(item, context) for item in command.params) if row]
    if rows:
        yield "| option | what it does |"
        yield "| --- | --- |"
        yield from rows
        yield ""
    if command.epilog:
        yield from (f"    {line.strip()}" for line in command.epilog.splitlines() if line.startswith("  khaka "))
        yield ""


def _parameter(item: click.Parameter, context: click.Context) -> str:
    if isinstance(item, click.Option):
        if item.name in ("workspace", "quiet", "as_json", "help"):
            return ""
        names = ", ".join([*item.opts, *item.secondary_opts])
        metavar = "" if item.is_flag else f" {item.make_metavar(context)}".replace("INTEGER RANGE", "N")
        default = item.default
        shown = (
            f" Default: {default}."
            if item.show_default and default not in (None, False, ()) and not callable(default)
            else ""
        )
        needed = " Required." if item.required else ""
        return f"| `{_cell(names + metavar)}` | {_cell((item.help or '') + needed + shown)} |"
    metavar = item.make_metavar(context)
    return f"| `{_cell(metavar)}` | {_ARGUMENTS[metavar]} |"


def _tables() -> str:
    lines = [
        "# Tables", "",
        "The canonical tables, one CSV, XLSX or Parquet file each, named after the table. Keys in bold; blank means "
        "unknown, never zero. Further columns are kept. Columns may stand in any order, and those that aren't marked "
        "as required may be missing. Text is UTF-8.", "",
        "| kind | written as |", "| --- | --- |",
        *(f"| {kind} | {how} |" for kind, how in KINDS.items()), "",
    ]  # fmt: skip
    for table in TABLES.values():
        lines += [f"## `{table.name}`", "", f"{table.doc}.", "", "| column | kind | meaning |", "| --- | --- | --- |"]
        for column in table.columns:
            name = f"**`{column.name}`**" if column.name in table.key else f"`{column.name}`"
            allowed = f" One of {', '.join(column.allowed)}." if column.allowed else ""
            more = f"{' Required.' if column.required else ''}{allowed}{_span(column.low, column.high)}"
            lines.append(f"| {name} | {column.kind} | {_cell(column.doc)}{'.' if more else ''}{more} |")
        lines.append("")
    return "\n".join(lines)


def _results() -> str:
    lines = [
        "# Results", "",
        "In the workspace under `results/<election_id>/<as_of>/`, or where `--out` says; Parquet with page checksums. "
        "`manifest.json` beside them says what went in and came out: hashes, row counts, versions, as-of date, seeds. "
        "The same inputs, as-of date and model give the same bytes.", "",
    ]  # fmt: skip
    for name, (about, columns) in RESULTS.items():
        lines += [f"## `{name}.parquet`", "", about, "", "| column | meaning |", "| --- | --- |"]
        lines += [f"| `{column}` | {_cell(doc)} |" for column, doc in columns.items()]
        lines.append("")
    return "\n".join(lines)


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" From {low:g} to {high:g}."
    if low is not None:
        return f" At least {low:g}."
    return f" At most {high:g}." if high is not None else ""


def _settings() -> str:
    lines = [
        "# Settings", "",
        "`khaka.toml` in the workspace. A key that khaka doesn't know is refused with its name; a value out of range "
        "with the range. `khaka init` writes a file with the common ones.", "",
    ]  # fmt: skip
    for section, field in Settings.model_fields.items():
        model: Any = field.annotation
        assert issubclass(model, BaseModel)
        about = " ".join((model.__doc__ or "").split())
        lines += [
            f"## `[{section}]`",
            "",
            about,
            "",
            "| key | default | allowed | meaning |",
            "| --- | --- | --- | --- |",
        ]
        for key, item in model.model_fields.items():
            default = item.get_default(call_default_factory=True)
            shown = (
                "required" if item.is_required() else f"`{_cell(str(default))}`" if default not in ("", {}) else "empty"
            )
            limits = ", ".join(_limit(limit) for limit in item.metadata)
            lines.append(f"| `{key}` | {shown} | {_cell(limits)} | {_cell(item.description or '')} |")
        lines.append("")
    return "\n".join(lines)


def _limit(limit: object) -> str:
    words = {
        "ge": "at least {}", "le": "at most {}", "gt": "above {}", "lt": "below {}", "pattern": "like {}",
        "min_length": "{} characters or more", "max_length": "{} characters at most",
    }  # fmt: skip
    known = {name: getattr(limit, name, None) for name in words}
    return ", ".join(text.format(known[name]) for name, text in words.items() if known[name] is not None)


def _features() -> str:
    lines = [
        "# Features", "",
        "Each feature with its unit, the tables it is made from, and from when it is known. Unknown is empty, never "
        "zero.", "",
        "## Of the aspirant layer", "",
    ]  # fmt: skip
    infos: dict[str, FeatureInfo] = {}
    for name in FAMILY_MODULES:
        infos |= import_module(name).FEATURES
    lines += _feature_tables(infos)
    lines += ["## Of the share model", ""]
    lines += _feature_tables(NOMINEE_FEATURES)
    return "\n".join(lines)


def _feature_tables(infos: dict[str, FeatureInfo]) -> Iterator[str]:
    for family, about in FAMILIES.items():
        rows = [info for info in infos.values() if info.family == family]
        if rows:
            yield f"### {family}: {about}"
            yield ""
            yield "| feature | unit | meaning | source | known from |"
            yield "| --- | --- | --- | --- | --- |"
            for info in rows:
                cells = (info.unit, info.doc, info.source, info.known)
                yield f"| `{info.name}` | " + " | ".join(_cell(cell) for cell in cells) + " |"
            yield ""


def _cell(text: str) -> str:
    """Return text that stays inside its cell: no line break, no bar, no tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        print(path)
