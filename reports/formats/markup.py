"""Student text made harmless where it would be read as markup: in Markdown and in a workflow's log."""

import re

from reports.visible import block, line

MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~>$-])")


def log_line(text: str, limit: int = 300) -> str:
    """Text on one line of a workflow's log, where '##[' anywhere and '::' in front start a command."""
    harmless = line(text, limit).replace("##[", "# #[")
    return f"\\{harmless}" if harmless.lstrip().startswith("::") else harmless


def markdown(text: str, limit: int = 300) -> str:
    """Text on one line of Markdown that shows as it is: no markup, no HTML, nobody is mentioned."""
    escaped = MARKDOWN.sub(r"\\\1", line(text, limit).replace("&", "&amp;").replace("<", "&lt;"))
    return escaped.replace("@", "@\u200b")


def code_block(text: str, limit: int = 4000) -> str:
    """Text of several lines as a fenced block whose fence no line of it can close."""
    body = block(text, limit)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{body}\n{fence}"
