"""Who may do what on the server: the one place for the ACL rules, each with its reason."""

import hashlib
import secrets

from grader.server.address import Login

# What the student's connections may do. Rules are read from left to right, the last one wins. What the
# contract forbids to a module (KEYS) but harms nobody else stays allowed: a check says so, and only that
# check is lost.
STUDENT_RULES = (
    "~*",  # any key
    "&*",  # any channel
    "+@all",
    "-@admin",  # CONFIG SET, ACL, DEBUG, SHUTDOWN, MONITOR, REPLICAOF, MODULE, SLOWLOG, CLIENT KILL ...
    "-@dangerous",  # FLUSHALL, FLUSHDB, SWAPDB, MIGRATE ... and some harmless ones, given back below
    "+keys",
    "+sort",
    "+sort_ro",
    "+info",
    "+config|get",  # to ask is no change, and nothing in it is secret: the passwords are the ACL's
    "+restore",  # sound, for the server checks each payload in full (sanitize-dump-payload)
    "-function|restore",  # a library that logs as it is loaded crashes Valkey 9.1; LOAD is seen by the proxy
    "+role",
    "+lastsave",
    "+module|list",
    "+client|list",  # who is there; what it says of us, a number and the last command's name, is no secret
    "+client|unblock",
    "+client|no-evict",
    "-acl",  # the rules are nobody's business
    "+acl|whoami",
    "+acl|genpass",  # a random text, which no module could draw from a better source
    "-cluster",  # there is none
    "-script|debug",  # a debugger that takes the whole server
    "-client|reply",  # a connection without replies can't be recorded
)

# The grader's own connections: the clock, the judge, the clearing between checks.
ADMIN_RULES = ("~*", "&*", "+@all")

# 32 random bytes: guessing is hopeless at any speed.
PASSWORD_BYTES = 32


def make_login(user: str) -> Login:
    """A login with a random password."""
    return Login(user, secrets.token_hex(PASSWORD_BYTES))


def acl_lines(student: Login, admin: Login) -> list[str]:
    """The ACL as lines of valkey.conf; it holds the passwords' hashes, never a password."""
    return [
        "user default off resetpass nocommands",
        _user_line(student, STUDENT_RULES),
        _user_line(admin, ADMIN_RULES),
    ]


def _user_line(login: Login, rules: tuple[str, ...]) -> str:
    digest = hashlib.sha256(login.password.encode()).hexdigest()
    return f"user {login.user} on #{digest} {' '.join(rules)}"
