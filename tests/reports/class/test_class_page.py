"""The class report in a real browser: accessible, silent, sortable, readable without its script."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from reports.class_page import render_class

from .class_samples import NAMES, class_report

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is missing"),
    pytest.mark.skipif(not find_spec("axe_playwright_python"), reason="axe-playwright-python is missing"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- skipped where it is missing

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a class's page; a console message or a request to anywhere fails the test."""
    contexts, noises = [], []

    def opened(count, *, width=1280, scheme="light", scripts=True):
        file = tmp_path / "class-report.html"
        file.write_text(render_class(class_report(count)), encoding="utf-8")
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        for event in ("console", "pageerror", "dialog"):
            page.on(event, lambda what: noises.append(str(what)))
        page.on(
            "request", lambda request: noises.append(request.url) if request.url != file.as_uri() else None
        )
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [noise for noise in noises if not noise.startswith("data:")] == []


def names(page):
    return page.eval_on_selector_all(
        "#student-table tbody tr:not([hidden]) th bdi", "all => all.map(one => one.textContent)"
    )


@pytest.mark.parametrize(
    ("count", "width", "scheme"),
    [(10, 1280, "light"), (12, 320, "dark"), (100, 1280, "dark"), (0, 320, "light"), (1000, 1280, "light")],
)
def test_no_rule_of_accessibility_is_broken(visit, count, width, scheme):
    page = visit(count, width=width, scheme=scheme)
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
    axe = Path(find_spec("axe_playwright_python").submodule_search_locations[0], "axe.min.js")
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document)")["violations"]
    assert [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]] == []


def test_a_click_sorts_by_number_and_a_second_one_turns_it_round(visit):
    page = visit(40)
    scores = "#student-table tbody td:nth-child(4)"
    read = "all => all.map(one => one.dataset.sort).filter(one => one !== '').map(Number)"
    page.get_by_role("button", name="Score", exact=True).click()
    up = page.eval_on_selector_all(scores, read)
    assert up == sorted(up)
    assert up[0] < up[-1]
    page.get_by_role("button", name="Score", exact=True).click()
    assert page.eval_on_selector_all(scores, read) == sorted(up, reverse=True)
    last = page.eval_on_selector_all(scores, "all => all.at(-1).dataset.sort")
    assert last == ""
    assert page.locator("#student-table th[aria-sort=descending]").count() == 1


def test_the_filter_finds_names_without_their_accents(visit):
    page = visit(40)
    everybody = len(names(page))
    page.get_by_label("Filter students").fill("unal ipek")
    assert names(page) == ["Ünal İpek"]
    page.get_by_label("Filter students").fill("")
    assert len(names(page)) == everybody


def test_without_scripts_everything_is_there(visit):
    page = visit(12, scripts=False)
    shown = names(page)
    assert 'Doe, Ann "Annie"' in shown
    assert "<script>alert(1)</script>" in shown
    assert not page.locator(".filter").first.is_visible()
    assert page.locator("#check-table tbody tr").count() == 12
    assert page.get_by_text("Time-to-live").first.is_visible()


def test_a_narrow_window_never_scrolls_sideways(visit):
    page = visit(len(NAMES), width=320)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


def test_a_thousand_students_are_drawn_in_time(visit):
    page = visit(1000)
    assert page.locator("#student-table tbody tr").count() == 1004
    page.get_by_label("Filter students").fill("student 0999")
    assert names(page) == ["Student 0999"]
