"""Every Python block of the guide and of the README runs on a real Valkey and gives what it says."""

import doctest
import re
from pathlib import Path

import pytest
import redis
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "exercises" / "README.md"
DOCUMENTS = [GUIDE, ROOT / "README.md"]
ANCHORS = [
    "why-valkey",
    "strings",
    "hashes",
    "lists",
    "sets",
    "sorted-sets",
    "time-to-live",
    "eviction",
    "cache-aside",
    "write-through",
    "write-behind",
    "cache-stampede",
    "invalidation",
    "names-and-keys",
    "serialisation",
    "bad-arguments",
    "lost-updates",
    "transactions-and-scripts",
    "crashes-and-expiry",
    "round-trips",
    "scan-not-keys",
    "scores-and-floats",
    "ties-and-ranks",
    "carts-and-quantities",
    "merge-and-checkout",
    "sessions",
    "rate-limiting",
]


def slugs(text):
    """The anchors that GitHub gives to a page's headings."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose, flags=re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def chapters(path):
    """Each chapter's name and the examples in it; what stands in the first is used by all others."""
    document = Sybil(
        parsers=[PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS)], path=str(path.parent)
    ).parse(path)
    heads = [(m.start(), m[1]) for m in re.finditer(r"^## (.+)$", document.text, flags=re.MULTILINE)]
    found = {}
    for example in document.examples():
        name = [head for start, head in heads if start < example.start][-1:]
        found.setdefault("".join(name), []).append(example)
    return found


def cases():
    return [
        pytest.param(path, name, id=f"{path.parent.name}:{name}")
        for path in DOCUMENTS
        for name in chapters(path)
    ]


@pytest.fixture
def on_our_server(monkeypatch, socket_path):
    """The guide's clients reach the tests' server instead of the reader's own."""

    class Redis(redis.Redis):
        def __init__(self, host="localhost", port=6379, **options):
            assert host == "localhost"
            path = socket_path if port == 6379 else "/dev/null/nobody"
            super().__init__(unix_socket_path=path, **options)

    monkeypatch.setattr(redis, "Redis", Redis)
    with Redis(decode_responses=True) as client:
        client.flushall()
        yield
        assert client.config_get("maxmemory") == {"maxmemory": "0"}


@pytest.mark.parametrize(("path", "chapter"), cases())
@pytest.mark.usefixtures("on_our_server")
def test_a_chapter_runs(path, chapter):
    found = chapters(path)
    first = next(iter(found))
    examples = found[first] + (found[chapter] if chapter != first else [])
    for example in examples:
        # A document's examples share its namespace.
        example.evaluate()
    for value in list(examples[0].document.namespace.values()):
        if isinstance(value, redis.Redis):
            value.close()


def test_every_prompt_is_among_those_that_run():
    prompts = re.findall(r"^>>> ", GUIDE.read_text(), flags=re.MULTILINE)
    assert len(prompts) == sum(len(examples) for examples in chapters(GUIDE).values()) > 200


def test_every_python_block_is_made_of_prompts():
    """In a block that begins with a prompt, code without one would be taken for an answer."""
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), flags=re.DOTALL | re.MULTILINE)
    assert all(block.startswith(">>> ") for block in blocks)
    # The blank line ends the last answer; doctest would take the fence for a part of it.
    assert all(block.endswith("\n\n") for block in blocks)


def test_the_sections_that_checks_link_to_are_there():
    found = slugs(GUIDE.read_text())
    assert set(ANCHORS) <= set(found)
    assert len(found) == len(set(found))


def test_links_within_the_guide_lead_somewhere():
    text = GUIDE.read_text()
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert set(links) <= set(slugs(text))
    files = re.findall(r"\]\(([^)#:]+)\)", text)
    assert all((GUIDE.parent / name).exists() for name in files)


def test_a_wrong_answer_in_the_guide_is_found(tmp_path):
    """The proof that the test above can fail."""
    page = tmp_path / "page.md"
    page.write_text("## One\n\n```python\n>>> 1 + 1\n3\n\n```\n")
    ((example,),) = chapters(page).values()
    with pytest.raises(Exception, match="Expected"):
        example.evaluate()
