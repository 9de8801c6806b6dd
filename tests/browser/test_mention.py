"""Names offered after "@", and a selected passage quoted, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.test_editor import commit, compose
from tests.browser.visiting import Person


def test_a_name_is_chosen_by_keys_and_not_while_composing(chromium: Browser, demo_url: str) -> None:
    writer = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = writer.open("/forum/chat/new")
    me = "/people/"
    page.locator("#title").fill("请大家看看")
    box = page.get_by_role("textbox", name="正文")
    box.click()
    names = page.get_by_role("listbox", name="提到谁")
    page.keyboard.type("请@")
    compose(page, "w", "wa", "wan")
    page.wait_for_timeout(500)
    expect(names).to_be_hidden()
    commit(page, "陈")
    expect(names).to_be_visible()
    writer.check()
    first, second = names.get_by_role("option").nth(0), names.get_by_role("option").nth(1)
    expect(first).to_have_attribute("aria-selected", "true")
    compose(page, "b")
    expect(names).to_be_hidden()
    compose(page, "")
    page.keyboard.press("Escape")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("@z")
    expect(names).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(second).to_have_attribute("aria-selected", "true")
    chosen = second.locator("b").inner_text()
    page.keyboard.press("Enter")
    expect(names).to_be_hidden()
    expect(box).to_have_text(f"请@{chosen}")
    page.keyboard.type("看看。")
    page.get_by_role("button", name="预览").click()
    link = page.locator("#preview .prose a")
    expect(link).to_contain_text(f"@{chosen}")
    assert (link.get_attribute("href") or "").startswith(me)
    assert writer.faults == []


def test_selected_words_are_quoted(chromium: Browser, demo_url: str) -> None:
    reader = Person(chromium, demo_url, java_script=True).sign_in("cadre")
    page = reader.open("/forum/chat")
    page.locator(".rows .row__title a").first.click()
    page.wait_for_url("**/threads/*")
    prose = page.locator(".post .prose").first
    page.evaluate(
        """() => {
            const text = document.createTreeWalker(
                document.querySelector(".post .prose"), NodeFilter.SHOW_TEXT).nextNode();
            getSelection().setBaseAndExtent(text, 0, text, 5);
        }"""
    )
    words = prose.inner_text()[:5]
    post = page.locator(".post").first
    link = post.get_by_role("link", name="引用选中的话")
    expect(link).to_be_visible()
    link.click()
    quote = page.locator(".editor__text blockquote")
    expect(quote).to_contain_text("#1")
    expect(quote).to_contain_text(words)
    assert "quote=" not in page.url
    assert reader.faults == []
