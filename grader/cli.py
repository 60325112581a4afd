"""The two commands: ``grade`` for one submission, ``grader`` for everything else.

Each subcommand is a file in ``grader.commands`` that is imported only when it is used: what grades a class
needn't be loaded to draw a report. Errors become a sentence and an exit status here and nowhere else.
"""

import gc
import importlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import click

from grader import __version__, exits
from grader.errors import GraderError, SubmissionError, UsageError
from grader.streams import fall_silent, prepare

# Name: the module in grader.commands.
COMMANDS = {
    "class": "class_",
    "doctor": "doctor",
    "feedback": "feedback",
    "gradescope-run": "gradescope_run",
    "gradescope-zip": "gradescope_zip",
    "report": "report",
    "score": "score",
    "sign": "sign",
    "starter": "starter",
    "verify": "verify",
}


class Commands(click.Group):
    """Finds subcommands in the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give every subcommand's name, sorted."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand; None for an unknown one."""
        del ctx
        return _load(COMMANDS[cmd_name]) if cmd_name in COMMANDS else None


def _load(module: str) -> click.Command:
    command = importlib.import_module(f"grader.commands.{module}").command
    assert isinstance(command, click.Command)  # noqa: S101 - each file defines one
    return command


@click.command(cls=Commands)
@click.version_option(__version__, prog_name="grader")
def grader() -> None:
    """Grade classes, draw reports, and prepare what students and platforms need."""


def grade_main() -> NoReturn:
    """Run ``grade``."""
    gc.disable()  # it ends within seconds, and most of what the collector looks through is imported code
    status = run(lambda: _load("grade"), "grade")
    # All is written and closed; to take apart whatever was imported would take as long as two checks.
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def grader_main() -> NoReturn:
    """Run ``grader``."""
    sys.exit(run(lambda: grader, "grader"))


def run(find: Callable[[], click.Command], name: str) -> int:
    """Run a command on the process's arguments; gives its exit status, and never a traceback of ours."""
    prepare()
    try:
        status = find().main(prog_name=name, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return exits.USAGE
    except UsageError as error:
        return _say(error, exits.USAGE)
    except SubmissionError as error:
        return _say(error, exits.UNREADABLE)
    except GraderError as error:
        return _say(f"The grader itself failed, and nothing was charged: {error}", exits.GRADER_FAULT)
    except (KeyboardInterrupt, click.Abort):
        return _say("Interrupted; nothing was charged.", exits.INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # click makes the latter of the former
        fall_silent()
        return exits.GRADED
    except Exception as error:  # noqa: BLE001 - the edge: ours, whatever it is
        told = f"{type(error).__name__}: {error}"
        return _say(f"The grader itself failed, and nothing was charged: {told}", exits.GRADER_FAULT)
    return status if isinstance(status, int) else exits.GRADED


def _say(sentence: object, status: int) -> int:
    click.echo(str(sentence), err=True)
    return status


if __name__ == "__main__":
    grader_main()
