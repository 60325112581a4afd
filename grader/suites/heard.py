"""What a check hears of the traffic: what was sent, and what Valkey executed of it."""

from grader.admin import Admin
from grader.proxy import resp
from grader.proxy.recording import SET_UP, Recording
from grader.suites.steps import flags_of
from grader.suites.tap import Executed


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
        if "readonly" not in flags_of(self._admin, resp.name(command)):
            return 1
        try:
            return resp.count_items(self._admin.ask(*command))
        except resp.ReplyError:
            return 1


class Traffic:
    """What was sent while it was open."""

    recording = Recording()

    @property
    def round_trips(self) -> int:
        """Round trips, set-up left out."""
        return self.recording.round_trips
