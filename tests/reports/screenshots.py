"""Pictures of scorecards, to be looked at: three submissions, three widths, light and dark, and as PDF."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from reports.html import render

from .samples import hopeless, perfect, typical
from .test_browser import CHROMIUM, SWITCHES

WIDTHS = (320, 768, 1280)


def shoot(browser: Browser, folder: Path, name: str, page: str) -> None:
    """Writes one picture for each width and scheme, and one PDF."""
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            tab.set_content(page)
            tab.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
            tab.close()
    tab = browser.new_page()
    tab.set_content(page)
    tab.pdf(path=folder / f"{name}.pdf", prefer_css_page_size=True)
    tab.close()


def main() -> None:
    """Writes all pictures into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        for sample in (perfect, typical, hopeless):
            shoot(browser, folder, sample.__name__, render(sample()))
        browser.close()


if __name__ == "__main__":
    main()
