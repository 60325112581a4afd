"""The page in a real browser: rules of accessibility, silence, layout, keyboard, print."""

import os
import shutil
from importlib.util import find_spec
from itertools import pairwise, product
from pathlib import Path

import pytest

from reports.html import render

from .samples import CHECKS, NASTY, SAMPLES, hopeless, hostile, typical

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is missing"),
    pytest.mark.skipif(not find_spec("axe_playwright_python"), reason="axe-playwright-python is missing"),
]
NARROW, WIDE = 320, 1280


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- skipped where it is missing

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Opens results as a page; whatever the browser says or asks for on the way fails the test."""
    contexts, noises = [], []

    def opened(results, *, language="en", width=WIDE, scheme="light", scripts=True):
        file = tmp_path / "scorecard.html"
        file.write_text(render(results, language), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noises.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: noises.append(f"error: {error}"))
        page.on("dialog", lambda dialog: noises.append(f"dialog: {dialog.message}"))
        page.on(
            "request", lambda request: noises.append(request.url) if request.url != file.as_uri() else None
        )
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    # The empty icon is data in the page, not a request.
    assert [noise for noise in noises if not noise.startswith("data:")] == []


def open_all(page):
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")


def violations(page):
    axe = Path(find_spec("axe_playwright_python").submodule_search_locations[0], "axe.min.js")
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document)")["violations"]
    return [(one["id"], node["html"], node["failureSummary"]) for one in found for node in one["nodes"]]


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        # The fullest page in every way, the others, which share its parts, in one or two.
        *product(("typical",), ("light", "dark"), (NARROW, WIDE)),
        *product(("hostile", "perfect", "hopeless"), ("light",), (NARROW,)),
        *product(("hostile", "perfect", "hopeless"), ("dark",), (WIDE,)),
        *product(("not_graded", "not_isolated", "late"), ("dark",), (NARROW,)),
    ],
)
def test_no_rule_of_accessibility_is_broken(visit, name, scheme, width):
    page = visit(SAMPLES[name](), scheme=scheme, width=width)
    open_all(page)
    assert violations(page) == []


def test_the_rules_find_a_broken_page(visit):
    page = visit(typical())
    page.evaluate("() => { document.querySelector('h1').innerHTML = '<img>' }")
    assert "image-alt" in [rule for rule, _, _ in violations(page)]


@pytest.mark.parametrize("width", [NARROW, 768, 2560])
@pytest.mark.parametrize("name", ["typical", "hopeless", "not_isolated", "hostile"])
def test_nothing_sticks_out_sideways(visit, name, width):
    page = visit(SAMPLES[name](), width=width)
    open_all(page)
    wide = """() => [...document.querySelectorAll('body *')]
      .filter(one => !one.closest('.unseen, .skip, svg')
        && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map(one => one.outerHTML.slice(0, 120))"""
    assert page.evaluate(wide) == []
    assert page.evaluate("() => document.scrollingElement.scrollWidth") <= width


def test_without_scripts_failed_checks_are_open_and_passed_ones_unfold_by_keyboard(visit):
    page = visit(typical(), scripts=False)
    failed = page.get_by_text("11 seconds after the second write the entry was still there.")
    passed = page.get_by_text("A stored None is None, not the default.")
    assert failed.is_visible()
    assert not passed.is_visible()
    press_to(page, "Storing and reading values")
    page.keyboard.press("Enter")
    passed.wait_for(state="visible")


def press_to(page, words):
    """Presses Tab until what has the focus holds the words."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.locator("*:focus").inner_text():
            return
    pytest.fail(f"No key reaches {words!r}.")


def test_without_scripts_the_first_key_skips_to_the_exercises(visit):
    page = visit(typical(), scripts=False)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/scorecard.html#exercises")


def test_what_has_the_focus_is_outlined(visit):
    page = visit(typical())
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_a_race_reads_as_an_ordered_list(visit):
    page = visit(typical())
    steps = page.locator(".sequence li").all_inner_texts()
    assert len(steps) == 9
    assert [" ".join(step.split()) for step in steps[3:5]] == [
        '4 B sends ZSCORE "board:w" "ada" Reply ← (nil)',
        '5 B sends ZADD "board:w" 10 "ada" Reply ← (integer) 1',
    ]
    assert "Here it goes wrong" in steps[6]


def test_a_race_has_a_column_for_each_actor(visit):
    page = visit(typical())
    boxes = [page.locator(".sequence li .step").nth(place).bounding_box() for place in (2, 3)]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]


def test_hostile_text_makes_no_element_and_runs_nothing(visit):
    page = visit(hostile())
    made = "script, img, iframe, object, embed, form, input, [onerror], [onload], [style]"
    assert page.locator(made).count() == 0
    assert page.locator("h1 bdi").inner_text()[:30] == NASTY.replace("/", "")[:30]


def test_an_injected_style_or_script_is_refused(browser):
    page = browser.new_context().new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    evil = render(typical()).replace("</main>", "<style>h1{display:none}</style><script>x=1</script></main>")
    page.set_content(evil)
    assert page.locator("h1").is_visible()
    assert any("style-src" in text for text in said)
    assert any("default-src" in text or "script-src" in text for text in said)
    page.context.close()


def test_print_shows_what_is_folded_and_makes_a_pdf(visit):
    page = visit(typical())
    page.emulate_media(media="print")
    assert page.get_by_text("A stored None is None, not the default.").is_visible()
    paper = page.pdf()
    assert paper.startswith(b"%PDF")
    assert 3 <= paper.count(b"/Type /Page\n") <= 14


def test_a_german_page_says_so(visit):
    page = visit(hopeless(), language="de")
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.get_by_role("heading", name="Hier anfangen").is_visible()
    assert page.get_by_role("heading", name="Warenkorb", exact=True).is_visible()


def test_landmarks_and_headings_are_in_order(visit):
    page = visit(typical())
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4,h5')].map(one => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_check_is_on_the_page_once(visit):
    page = visit(typical())
    ids = page.evaluate("() => [...document.querySelectorAll('[id^=check-]')].map(one => one.id)")
    assert sorted(ids) == sorted(f"check-{exercise}.{name}" for exercise, _, _, name, _ in CHECKS)
