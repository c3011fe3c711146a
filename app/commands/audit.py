"""`khaka audit`: what is checked afterwards, one subcommand each, loaded when it is called."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Final

import click

from khaka.app.options import Common, common_options, examples

PARTS: Final[dict[str, str]] = {
    "model": "Exposure and error by group, the ranking without caste fit, drift between elections.",
    "verify": "Check the decision log's chain.",
}
"""Subcommands and their one-line help; each is `command` in `khaka.app.commands.audit_<name>`."""


def _module(name: str) -> str:
    return f"khaka.app.commands.audit_{name}"


class _Parts(click.Group):
    """Imports a subcommand's module when it is called, not before; one that is not installed is not listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [name for name in PARTS if importlib.util.find_spec(_module(name)) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(_module(cmd_name)).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, PARTS[name]) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


@click.group(
    "audit",
    cls=_Parts,
    epilog=examples("khaka audit model --election S24-2027-AE", "khaka audit verify --anchor anchor.txt"),
)
@common_options
def command(common: Common) -> None:
    """Check a ranking for groups that it treats unlike, and the decision log for changes."""
