"""Who a submission is from, read from the name that GitHub, Canvas or Moodle gave it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.roster import Student, plain_name, sortable_name

ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")
OTHER_ARCHIVES = (".rar", ".7z", ".tar.bz2", ".tar.xz", ".gz", ".bz2", ".xz")  # none that we open
# Canvas: doeann_LATE_991_4711_cache-1.zip = sortable name, mark, user's id, attempt's id, file.
CANVAS = re.compile(r"(?P<who>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<attempt>\d+)_(?P<file>.+)", re.DOTALL)
# Moodle: "Ann Doe_123_assignsubmission_file_cache.zip", or a folder of that name without the file.
MOODLE = re.compile(
    r"(?P<who>.+?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.DOTALL
)


@dataclass(frozen=True)
class Label:
    """What a name says about its owner."""

    key: str  # the same for all that one student handed in: "canvas:991", "moodle:123", "alice"
    shown: str  # what the student is called while the roster doesn't know better
    file: str = ""  # the name that the student gave the file, where the platform kept it
    attempt: int = 0  # the higher, the later
    late: bool = False  # marked as late by the platform


def read_label(name: str) -> Label:
    """The label of a folder's or file's name."""
    if match := CANVAS.fullmatch(name):
        return Label(
            f"canvas:{match['user']}",
            match["who"],
            match["file"],
            int(match["attempt"]),
            late=bool(match["late"]),
        )
    if match := MOODLE.fullmatch(name):
        return Label(f"moodle:{match['user']}", match["who"], match["file"])
    return Label(stem(name), stem(name), name)


def stem(name: str) -> str:
    """A name without the ending of an archive or module."""
    lower = name.lower()
    ending = next((end for end in (*ARCHIVES, *OTHER_ARCHIVES, ".py") if lower.endswith(end)), "")
    return name[: len(name) - len(ending)] if len(name) > len(ending) else name


def module_name(file: str) -> str:
    """The module that a handed-in file is meant to be: Canvas appends -1, -2 to what is sent again."""
    return re.sub(r"(?:-\d+| ?\(\d+\))?\.py$", ".py", file)


def common_prefix(names: Sequence[str]) -> str:
    """GitHub's assignment name: what all names begin with, up to a hyphen; '' where there is none."""
    if len(names) < 2:  # noqa: PLR2004 - one name has nothing in common with another
        return ""
    first, last = min(names), max(names)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind("-", 0, same) + 1]


class Directory:
    """Finds a student of the roster by any of the names that a platform uses."""

    def __init__(self, roster: tuple[Student, ...]) -> None:
        self._by: dict[str, Student | None] = {}
        for student in roster:
            for name in _names(student):
                # A name that two students share says nothing about either.
                taken = self._by.get(name, student)
                self._by[name] = student if taken == student else None
        logins = {f"github:{s.github.casefold()}" for s in roster if s.github}
        self._logins = {login.partition(":")[2]: one for login in logins if (one := self._by[login])}

    def find(self, label: Label, prefix: str) -> Student | None:
        """The student whose label it is; None where nobody's or more than one's."""
        if ":" in label.key:
            keys = [label.key, f"plain:{plain_name(label.shown)}"]
        else:
            short = label.key.removeprefix(prefix)
            keys = [
                f"id:{label.key}",
                f"id:{short}",
                f"github:{short.casefold()}",
                f"plain:{plain_name(short)}",
            ]
        found = next((self._by[key] for key in keys if self._by.get(key)), None)
        return found or (None if ":" in label.key else self._by_login(label.key))

    def _by_login(self, name: str) -> Student | None:
        """A login has hyphens too: the longest that ends the name after a hyphen."""
        parts = name.casefold().split("-")
        ends = ("-".join(parts[n:]) for n in range(len(parts)))
        return next((self._logins[end] for end in ends if end in self._logins), None)


def _names(student: Student) -> set[str]:
    names = {f"id:{student.identifier}", f"plain:{plain_name(student.name)}"}
    names |= {f"plain:{sortable_name(student.name)}"}
    names |= {f"plain:{plain_name(student.email.partition('@')[0])}"} if student.email else set()
    names |= {f"github:{student.github.casefold()}"} if student.github else set()
    names |= {f"canvas:{student.canvas_id}"} if student.canvas_id else set()
    names |= {f"moodle:{student.moodle_id}"} if student.moodle_id else set()
    return names - {"plain:"}
