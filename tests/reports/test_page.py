"""The page as text: self-contained, escaped, bounded, its links whole."""

import re

import pytest

from reports.html import SIZE, render

from .samples import SAMPLES, hostile, huge, not_graded, not_isolated, perfect, typical


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_asks_nobody_for_anything(name):
    page = render(SAMPLES[name]())
    assert re.findall(r"""(?:src|srcset|data|action|background)\s*=\s*["'](?!data:)""", page) == []
    assert re.findall(r"<link(?! rel=\"icon\" href=\"data:,\")", page) == []
    assert "@import" not in page
    assert "url(" not in page
    assert "<script" not in page


@pytest.mark.parametrize("name", SAMPLES)
def test_ids_are_unique_and_inner_links_lead_somewhere(name):
    page = render(SAMPLES[name]())
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r'href="#([^"]*)"', page))
    assert links
    assert links <= set(ids)


def test_the_guide_may_lie_anywhere():
    page = render(typical(), guide="https://example.org/guide")
    assert 'href="https://example.org/guide#time-to-live"' in page
    assert 'href="exercises/README.md#time-to-live"' in render(typical())


def test_a_page_full_of_evidence_stays_small():
    page = render(huge())
    assert len(page.encode()) < SIZE
    assert page.count("Try this check alone") == 24
    assert "There is more evidence than one page holds" in page
    assert "There is more evidence than one page holds" not in render(typical())


def test_a_perfect_page_is_small():
    assert len(render(perfect()).encode()) < 40_000


def test_text_from_a_student_is_escaped():
    page = render(hostile())
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(2)&gt;" in page
    assert "{{ 7*7 }}" in page
    for hidden in "\x1b\x00\x07\x7f\x9b\u202e\u2066\u2028\u200b\ud800\ufffe\U000e0041":
        assert hidden not in page
    assert "\\x1b[31mred" in page


def test_what_was_not_graded_shows_no_score():
    page = render(not_graded())
    body = page.partition("<body>")[2]
    assert "No score" in body
    assert "nothing was charged" in body
    assert "Valkey stopped in the middle of the run." in body
    assert not re.search(r"of \d+ points?", body)
    assert "Look at this first" not in body


def test_what_was_not_isolated_says_so_before_the_total():
    page = render(not_isolated())
    assert page.index("Not isolated") < page.index('id="total"')
    assert "This machine has no bubblewrap" in page
    assert "leaderboard.py" in page


def test_every_failed_check_says_how_to_try_it_alone():
    page = render(typical())
    assert "grade my-solution --check cache_manager.overwrite_replaces_ttl --seed 20261124" in page
