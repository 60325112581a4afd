"""Random names and texts of the kinds that the contract allows, from a check's own seed."""

import random

# The hint of every check of names that other processes must find too.
SHARED_STATE = (
    "All state lives on the server: an object keeps nothing to itself, and hash() differs between processes."
)

# The hint where two processes see something wrong, and both the same.
ALIKE = "Both objects see the same, so the state is shared: the call before gives this with one object too."

CONTROLS = (*map(chr, range(1, 32)), "\x7f")  # all of ASCII's but NUL
# A module may put such a one between two things, and look for it in what it reads.
DOUBLED = ("||", "--", "##", "@@", "::", ",,", ";;", "//", "__", "~~", "$$", "->", "\r\n")

# Each of these has broken somebody's keys: separators, globs, escapes, white space, other scripts.
ODD = (
    ":",
    "::",
    " ",
    "*",
    "?",
    "[a]",
    "{x}",
    "\n",
    "\t",
    "\\",
    "%",
    "/",
    "'",
    '"',
    "é",
    "日本",
    "🍵",
    "|",
    "#",
    "\r\n",
    ".",
    ",",
    ";",
    "=",
    "\u212b",  # the angstrom sign, which normalising turns into another letter
    "\ufb01",  # the ligature fi
    "e\u0301",  # an e and its accent apart
)
# Pairs that MD5, SHA-1, SHA-256 and CRC-32 tell apart, but not by the first 32 bits, or fewer.
SAME_SHORT_HASH = (
    *("user85453", "user89518"),
    *("user116016", "user137276"),
    *("user90137", "user118756"),
    *("user29685295", "user32060020"),
)
LONGEST_SHOWN = 40
LONGER = 2000  # characters, more than the 255 or 1024 at which many cut a name
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def word(rand: random.Random, length: int = 6) -> str:
    """A plain word."""
    return "".join(rand.choices(_LETTERS, k=length))


def words(rand: random.Random, count: int) -> list[str]:
    """Different plain words."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[word(rand)] = None
    return list(found)


def short(name: str) -> str:
    """A name as a sentence shows it: what is in the middle of a long one is left out."""
    return repr(name) if len(name) <= LONGEST_SHOWN else f"{name[:12]!r}...{name[-4:]!r}"


def odd_names(rand: random.Random) -> list[str]:
    """A name for each odd part, the part at its beginning, middle or end; all different."""
    names = []
    for part in ODD:
        base = word(rand, 4)
        place = rand.randrange(3)
        names.append((f"{part}{base}", f"{base[:2]}{part}{base[2:]}", f"{base}{part}")[place])
    return names


def long_names(rand: random.Random) -> list[str]:
    """Two names that differ at their very end."""
    same = word(rand, LONGER)
    return [f"{same}{last}" for last in "ab"]


def signs_around(base: str) -> list[str]:
    """Names with the signs in them at which a text that was joined is split again, and by which it is cut."""
    within = ("\0", *CONTROLS), DOUBLED
    return [*(base + "".join(signs) + base for signs in within), f"{base}\0", f"\0{base}", f"{base}\x1f"]


def near_names(base: str) -> list[str]:
    """Names that are one for whoever trims, changes the case, normalises, leaves out or escapes."""
    accents = ("\u00e9", "e\u0301", "e", "\u212b", "\u00c5", "&#233;", "%C3%A9", "\\xe9")
    ends = (" ", "\n", ":", "*", "%20", "%", "{}", *accents)
    return [base, base.upper(), f" {base}", " ", "\n", "*", "7", "07", *(f"{base}{end}" for end in ends)]


def named_like_keys(keys: list[str], name: str) -> list[str]:
    """Other names of which one of these keys could be the key, as some of them are the name's own."""
    layouts = [key.split(name) for key in keys if key.count(name) == 1]
    fits = [
        key[len(before) : len(key) - len(after)]
        for before, after in layouts
        for key in keys
        if len(before) + len(after) < len(key) and key.startswith(before) and key.endswith(after)
    ]
    return [found for found in dict.fromkeys(fits) if found != name]
