"""The program `khaka`: finds the command, turns an error that a user is meant to read into one sentence.

Nothing heavy is imported before a command runs, so that `khaka --help` answers at once.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import time
from collections.abc import Sequence
from typing import Final

import click

from khaka import __version__
from khaka.app.options import Common, common_options
from khaka.data.errors import KhakaError
from khaka.data.log import places

_LOG: Final = logging.getLogger("khaka.command")
UNFORESEEN: Final = "this was not foreseen"
"""What the program says of an error that nobody thought of; the tests count it as a fault of ours."""

COMMANDS: Final[dict[str, str]] = {
    "demo": "The whole job on a made-up state, in a workspace of its own.",
    "init": "Make a new workspace.",
    "forms": "Write the forms of the field: activity and ratings, English and Hindi.",
    "ingest": "Read files or folders into the workspace's tables.",
    "check": "Report what data is there, what is missing, what was refused.",
    "places": "Check maps and coordinates; bring district figures to the seats.",
    "features": "Write the feature table of an election as of a date.",
    "train": "Fit the models on what was known by a date, and record them in MLflow.",
    "backtest": "Predict past elections from earlier ones, beside simple rules.",
    "assign": "Give each aspirant the same number of weak and unvisited booths.",
    "presence": "Judge every event of field work, and say why.",
    "score": "Rank the aspirants of every seat, with ranges and reasons.",
    "forecast": "Expected share and chance to win of every declared nominee.",
    "slate": "One aspirant and one substitute a seat, under the party's rules.",
    "dossier": "A seat's whole blueprint on two printed pages, or as a spreadsheet.",
    "freeze": "Keep the results of a list that goes out, as they were.",
    "moved": "Which places changed between two batches, and what that is made of.",
    "c7": "Drafts of Form C-7 from recorded facts, with clocks and a check of every word.",
    "person": "An aspirant's rights: export, correct, erase.",
    "reproduce": "A past ranking again from its record, bytes compared.",
    "backup": "The workspace in one file.",
    "restore": "A workspace from a backup.",
    "simulate": "Write a made-up state whose truth is known.",
    "evaluate": "Score a ranking against a made-up state's truth.",
    "study": "Judge the ranking on many made-up states of every kind.",
    "review": "Serve the committee's page.",
    "user": "Who may sign in to the committee's page.",
    "promote": "Make a challenger the champion if it passes the gate.",
    "card": "Print a model's card, made from its run.",
    "ablation": "What each family of features is worth, real and made-up.",
    "audit": "Exposure, error and drift by group; the decision log's chain.",
}
"""Commands and their one-line help, in the order of the work."""


class _LazyGroup(click.Group):
    """Imports a command's module when it is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"khaka.app.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nStart:\n  khaka demo\nor with your own data:\n  khaka init --state S24 --party INC\n"
    "  khaka ingest FOLDER\n  khaka check\nkhaka COMMAND --help shows examples.",
)
@click.version_option(__version__, prog_name="khaka")
@common_options
def khaka(common: Common) -> None:
    """Khaka (खाका), the blueprint of a seat: ranks a party's aspirants, with ranges and reasons.

    It advises, it never decides.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code: 0 done, 1 impossible with this data, 2 wrong usage."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    started = time.monotonic()
    given = sys.argv[1:] if arguments is None else arguments
    code = _run(arguments)
    name = next((word for word in given if word in COMMANDS), "")
    if name and code != 2:  # its other words may name a person
        _LOG.info("ended", extra={"told": f"{name}, exit {code}, {time.monotonic() - started:.1f} s"})
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = khaka.main(
            args=None if arguments is None else list(arguments), prog_name="khaka", standalone_mode=False
        )
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KhakaError as error:
        click.echo(f"khaka: {error}", err=True)
        return 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("khaka: stopped; what was finished is kept, the same command goes on from there", err=True)
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        click.echo(f"khaka: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
        return 1
    except Exception as error:
        _LOG.error("failed", exc_info=error)
        told = _store_trouble(error)
        if told is None and os.environ.get("KHAKA_RAISE"):
            raise
        if told is None:
            kind, *where = places(error)
            told = (
                f"{UNFORESEEN} ({kind.strip()} at {where[-1].strip() if where else '?'}); what was finished is kept. "
                "Please report it with logs/khaka.log of the workspace, which holds no one's data"
            )
        click.echo(f"khaka: {told}", err=True)
        return 1
    return result if isinstance(result, int) else 0


_FULL: Final = ("database or disk is full", "disk i/o error", "no space left", "unable to open database file",
                "readonly database")  # fmt: skip
"""What the databases below us say when the disk is full or may not be written, each in an error of its own kind."""


def _store_trouble(error: BaseException) -> str | None:
    """Return one sentence for an error of SQLite or DuckDB that the disk caused, None for any other."""
    seen: BaseException | None = error
    while seen is not None:
        text = str(seen)
        if any(sign in text.lower() for sign in _FULL):
            line = next((line for line in text.splitlines() if any(sign in line.lower() for sign in _FULL)), text)
            return (
                f"the workspace's disk is full or can't be written ({line.strip()[:160]}); make room, then the same "
                "command goes on from what is finished"
            )
        seen = seen.__cause__ or seen.__context__
    return None


if __name__ == "__main__":
    sys.exit(main())
