"""Similar threads while a title is typed, in a real browser; and the new pages hold no obstacle."""

from __future__ import annotations

from playwright.sync_api import Browser, Request, expect

from tests.browser.test_editor import commit, compose
from tests.browser.visiting import Person

PAGES = ("/tags", "/tags/1", "/forum/burden?tag=1", "/forum/burden/tags", "/search?q=zm&tag=1")


def test_similar_threads_come_after_a_pause_and_not_while_composing(
    chromium: Browser, demo_url: str
) -> None:
    writer = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = writer.open("/forum/chat/new")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/threads/similar" in request.url:
            asked.append(request.url)

    page.on("request", note)
    title, place = page.locator("#title"), page.locator("#similar")
    title.click()
    compose(page, "g", "gong", "gongzuoqun")
    page.wait_for_timeout(1_200)
    assert asked == []
    commit(page, "工作群")
    page.keyboard.type("太多")
    link = place.get_by_role("link", name="47 个工作群")
    expect(link).to_be_visible()
    assert len(asked) == 1  # one pause, one question
    with writer.context.expect_page() as opened:
        link.click()
    assert "/threads/" in opened.value.url
    expect(title).to_have_value("工作群太多")
    writer.check()
    page.get_by_role("button", name="看看有没有相近的主题").click()
    expect(link).to_be_visible()
    assert page.url.endswith("/forum/chat/new")
    assert writer.faults == []


def test_tags_and_people_hold_no_obstacle(chromium: Browser, demo_url: str) -> None:
    tender = Person(chromium, demo_url, java_script=True).sign_in("chief_moderator")
    for path in PAGES:
        tender.open(path)
        tender.check()
    assert tender.faults == []
