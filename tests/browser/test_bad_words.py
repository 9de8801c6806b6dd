"""Words that would break a layout, on a phone."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.visiting import PHONE, Person
from tests.forum.test_bad_words import DEEP, TURNED

UNBROKEN = "没有空格的一长串" + "x" * 300


def test_the_layout_holds_at_the_width_of_a_phone(chromium: Browser, demo_url: str) -> None:
    writer = Person(chromium, demo_url, java_script=False).sign_in("delegate")
    page = writer.open("/forum/chat/new")
    page.locator("#title").fill("x" * 70 + TURNED)
    page.locator("#body").fill(f"{DEEP}\n\n{UNBROKEN}\n\n{TURNED}\n\n{'话' + chr(0x301) * 9_000}")
    page.set_viewport_size({"width": PHONE, "height": 800})
    for press in ("预览", "存草稿", "发布"):
        writer.click(page.get_by_role("button", name=press, exact=True))
        page.set_viewport_size({"width": PHONE, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, press
        if press != "存草稿":
            deepest = page.locator(".prose blockquote:not(:has(blockquote)) p").last
            box = deepest.bounding_box()
            assert box is not None
            assert box["width"] > 100, press
            assert box["x"] + box["width"] <= PHONE, press
    assert "/threads/" in page.url
    assert writer.faults == []
