"""The scorecard as one self-contained page: no script, no request to anywhere, under 300 kB."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader.results import Results
from reports.bytecode import Bytecode
from reports.catalogue import load
from reports.detail import LEVELS
from reports.scorecard import GUIDE, build

SIZE = 300_000  # bytes: what a page must stay under


def render(results: Results, language: str = "en", *, guide: str = GUIDE) -> str:
    """The page; it shows less of each check's evidence where all of it would pass ``SIZE``."""
    page = ""
    for detail in LEVELS:
        page = _draw(results, language, guide, LEVELS.index(detail))
        if len(page.encode()) < SIZE:
            break
    return page


def _draw(results: Results, language: str, guide: str, level: int) -> str:
    """The page at one level of detail."""
    pages = environment()
    style = pages.get_template("scorecard.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    catalogue = load(language)
    return pages.get_template("scorecard.html").render(
        card=build(results, language, guide=guide, detail=LEVELS[level]),
        t=catalogue.text,
        style_digest=digest,
        spare=level > 0,
    )


@cache
def environment() -> Environment:
    """Templates that escape whatever they are given and refuse what they aren't."""
    return Environment(
        loader=PackageLoader("reports"),
        bytecode_cache=Bytecode(Path(__file__).with_name("templates") / "__pycache__"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
