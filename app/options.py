"""Options that every command takes, before or after its name."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace

R = TypeVar("R")


@dataclass(frozen=True)
class Common:
    """What every command is told.

    Parameters
    ----------
    folder : Path
        The workspace's folder.
    quiet : bool
        No progress, no notes; errors and results only.
    as_json : bool
        Print the result as one JSON object.
    """

    folder: Path = Path(".")
    quiet: bool = False
    as_json: bool = False

    def open(self) -> Workspace:
        """Open the workspace; `KhakaError` if the folder is none."""
        from khaka.data.log import keep_log
        from khaka.data.workspace import open_workspace

        workspace = open_workspace(self.folder)
        keep_log(workspace.root)
        return workspace

    def say(self, text: str) -> None:
        """Print a note for a person on standard output; nothing with --quiet or --json."""
        if not self.quiet and not self.as_json:
            click.echo(text)

    def result(self, data: Any, text: str) -> None:
        """Print the result: `data` as JSON with --json, otherwise `text`."""
        from khaka.data.durable import plain

        machine = json.dumps(plain(data), ensure_ascii=False, sort_keys=True, default=str, allow_nan=False)
        click.echo(machine if self.as_json else text)


def common_options(function: Callable[..., R]) -> Callable[..., R]:
    """Add --workspace, --quiet and --json; the function gets them as `common`."""

    @click.option(
        "--workspace",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="The workspace's folder (default: the current folder).",
    )
    @click.option("--quiet", is_flag=True, help="No progress and no notes.")
    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    @click.pass_context
    @functools.wraps(function)
    def wrapper(
        context: click.Context, /, *args: Any, workspace: Path | None, quiet: bool, as_json: bool, **kwargs: Any
    ) -> R:
        before = context.parent.obj if context.parent is not None else None
        common = before if isinstance(before, Common) else Common()
        common = replace(
            common, folder=workspace or common.folder, quiet=quiet or common.quiet, as_json=as_json or common.as_json
        )
        context.obj = common
        return function(*args, common=common, **kwargs)

    return wrapper  # fmt: skip


class Day(click.ParamType[dt.date]):
    """A date as 2027-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the date; a wrong one is named with the form that would do."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it as year-month-day, such as 2027-01-31", param, ctx)


def examples(*lines: str) -> str:
    """Return the end of a command's help: its examples, each on a line of its own.

    Parameters
    ----------
    *lines : str
        Such as "khaka check --json > report.json"; what follows "#" says more.

    Returns
    -------
    str
        For `epilog`.

    Examples
    --------
    >>> print(examples("khaka check", "khaka check --json").removeprefix("\\b\\n"))
    Examples:
      khaka check
      khaka check --json
    """
    head = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(["\b", head, *(f"  {line}" for line in lines)])  # \b: click leaves the lines as they are


def as_of_option(function: Callable[..., R]) -> Callable[..., R]:
    """Add the required --as-of."""
    return click.option(
        "--as-of", required=True, type=Day(), metavar="DATE", help="What was known by the end of this day (IST) counts."
    )(function)


def election_option(function: Callable[..., R]) -> Callable[..., R]:
    """Add the required --election."""
    return click.option("--election", required=True, metavar="ID", help="The election, such as S24-2027-AE.")(function)


def model_option(function: Callable[..., R]) -> Callable[..., R]:
    """Add --model."""
    return click.option(
        "--model", metavar="ALIAS_OR_RUN", help="Which model (default: the champion, else the newest challenger)."
    )(function)
