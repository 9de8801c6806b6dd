"""The frame and the components in a real browser: access, narrow screens, and the small modules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.visiting import Person

WIDTHS = (320, 390, 640, 820, 1000, 1440)
BEYOND = """() => [...document.querySelectorAll("body *")].filter((one) => {
    if (one.getBoundingClientRect().right <= document.documentElement.clientWidth + 1) return false;
    for (let at = one.parentElement; at && at !== document.body; at = at.parentElement)
        if (getComputedStyle(at).overflowX !== "visible") return false;
    return true;
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def reader(chromium: Browser, demo_url: str) -> Iterator[Person]:
    person = Person(chromium, demo_url, java_script=True)
    yield person
    person.context.close()
    assert person.faults == []


def choose(context: BrowserContext, url: str, **choices: str) -> None:
    context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in choices.items()]
    )


def unfold_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize(("theme", "language"), [("light", "zh_Hans"), ("dark", "en")])
def test_style_page_holds_no_obstacle(reader: Person, theme: str, language: str) -> None:
    choose(reader.context, reader.url, theme=theme, language=language)
    page = reader.sign_in("moderator").page
    page.goto(f"{reader.url}/style")
    unfold_all(page)
    found = Axe().run(page)
    assert [
        (fault["id"], fault["nodes"][0]["html"]) for fault in found.response["violations"]
    ] == []


def test_nothing_reaches_beyond_the_screen(reader: Person) -> None:
    page = reader.sign_in("moderator").page
    for language, size in product(("zh_Hans", "en"), ("normal", "large")):
        choose(reader.context, reader.url, language=language, text_size=size)
        page.goto(f"{reader.url}/style")
        unfold_all(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(BEYOND) == [], (language, size, width)


def test_system_and_reader_agree_on_dark(chromium: Browser, demo_url: str) -> None:
    """Dark follows the system, and either choice of the reader's overrules it."""
    ground = "getComputedStyle(document.body).backgroundColor"
    seen = {}
    for system, theme in product(("light", "dark"), ("auto", "light", "dark")):
        context = chromium.new_context(color_scheme=system)  # type: ignore[arg-type]
        choose(context, demo_url, theme=theme)
        page = context.new_page()
        page.goto(demo_url)
        seen[system, theme] = page.evaluate(ground)
        context.close()
    light, dark = seen["light", "auto"], seen["dark", "auto"]
    assert light != dark
    assert seen["light", "dark"] == seen["dark", "dark"] == dark
    assert seen["light", "light"] == seen["dark", "light"] == light


def test_first_tab_skips_to_the_matter(reader: Person) -> None:
    page = reader.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    box = page.locator(".skip").bounding_box()
    assert box is not None and box["height"] > 30
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_menu_closes_with_escape_and_elsewhere(reader: Person) -> None:
    page = reader.sign_in("cadre").open("/")
    menu = page.locator(".menu")
    menu.locator("summary").press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu).not_to_have_attribute("open", "")


def test_touch_targets_are_44_px(reader: Person) -> None:
    page = reader.sign_in("moderator").open("/style")
    page.set_viewport_size({"width": 390, "height": 800})
    unfold_all(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll(
            ".button, .act, .nav__link, .menu__item, .menu__face, .switch__choice, .input, "
            + ".choice label, .matrix__cell, .scale__point, .pages a, .tabs a, .fold__face, .post__no"
        )].filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 43.5)
          .map((one) => one.outerHTML.slice(0, 100))"""
    )
    assert small == []


def test_counter_counts_as_the_server_does(reader: Person) -> None:
    page = reader.open("/style")
    title = page.locator("#new-title")
    count = page.locator("#new-title-count")
    expect(count).to_have_text("最多 60 字")
    title.fill("好" * 58 + "😀")
    expect(count).to_have_text("还可以写 1 字")
    title.fill("好" * 63)
    expect(count).to_have_text("多了 3 字")
    title.fill("")
    expect(count).to_have_text("最多 60 字")


def test_second_click_sends_nothing(reader: Person) -> None:
    page = reader.open("/")
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.url) if request.method == "POST" else None
    )
    with page.expect_navigation():
        page.locator('button[name="theme"][value="dark"]').evaluate(
            "button => { button.click(); button.click(); }"
        )
    assert len(sent) == 1


def test_choices_work_without_script(chromium: Browser, demo_url: str) -> None:
    person = Person(chromium, demo_url, java_script=False)
    page = person.open("/letters")
    person.click(page.locator('button[name="language"][value="en"]'))
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url.endswith("/letters")
    person.click(page.locator('button[name="text_size"][value="large"]'))
    expect(page.locator("html")).to_have_css("font-size", "20px")
    person.context.close()
    assert person.faults == []
