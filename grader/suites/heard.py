"""What a check hears of the traffic: what was sent, and what Valkey executed of it."""

from collections.abc import Callable

from grader.admin import Admin
from grader.proxy import resp
from grader.proxy.recording import SET_UP, Recording
from grader.suites.steps import flags_of
from grader.suites.tap import Executed

# Commands that may write, and so can't be asked once more, by what reads the same.
_READS_ALONE: dict[str, Callable[[resp.Command], resp.Command]] = {
    "SORT": lambda command: (b"SORT_RO", *command[1:]),
    "GETEX": lambda command: (b"GET", *command[1:2]),
}


class Executions:
    """What Valkey executed while it was open."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self.executed: list[Executed] = []

    @property
    def names(self) -> set[str]:
        """The names of all commands, in capitals."""
        return {resp.name(one.command) for one in self.executed}

    @property
    def touching(self) -> list[str]:
        """The names of those commands that read or write keys; a script's or function's are its own."""
        programs = ("EVAL", "FCALL")
        names = [resp.name(one.command) for one in self.executed]
        return [
            name
            for name in names
            if name not in SET_UP
            and not name.startswith(programs)
            and flags_of(self._admin, name) & {"readonly", "write"}
        ]

    def items_read_in_scripts(self) -> int:
        """How many strings and numbers scripts read: their reading commands, asked once more."""
        return sum(self._items(one.command) for one in self.executed if one.in_script)

    def _items(self, command: resp.Command) -> int:
        name = resp.name(command)
        if name in _READS_ALONE:
            command = _READS_ALONE[name](command)
        elif "readonly" not in flags_of(self._admin, name):
            return 1
        try:
            return resp.count_items(self._admin.ask(*command))
        except resp.ReplyError:
            return 1


class Traffic:
    """What was sent while it was open."""

    recording = Recording()
    unpaired = 0  # strings and numbers that came as no command's reply

    @property
    def items(self) -> int:
        """Strings and numbers that came back."""
        return self.recording.reply_items + self.unpaired

    @property
    def round_trips(self) -> int:
        """Round trips, set-up left out."""
        return self.recording.round_trips
