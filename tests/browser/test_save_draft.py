"""A draft in a real browser: saved while one writes, offline kept here, two windows told apart."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.visiting import Person


def test_a_draft_is_saved_while_one_writes(chromium: Browser, demo_url: str) -> None:
    here = Person(chromium, demo_url, java_script=True).sign_in("cadre")
    page = here.open("/forum/chat/new")
    page.locator("#title").fill("写到一半的标题")
    page.get_by_role("textbox", name="正文").click()
    page.keyboard.type("写到一半")
    line = page.locator(".editor__saved")
    expect(line).to_contain_text("草稿已保存")
    here.context.set_offline(True)
    page.keyboard.type("，断了网")
    expect(line).to_contain_text("没有网络，先保存在本机")
    here.context.set_offline(False)
    expect(line).to_contain_text("草稿已保存")

    there = Person(chromium, demo_url, java_script=True).sign_in("cadre")
    other = there.open("/forum/chat/new")
    box = other.get_by_role("textbox", name="正文")
    expect(box).to_have_text("写到一半，断了网")
    expect(other.locator("#title")).to_have_value("写到一半的标题")
    page.get_by_role("textbox", name="正文").press("Control+End")
    page.keyboard.type("，这一边")
    expect(line).to_contain_text("草稿已保存")
    box.press("Control+End")
    other.keyboard.type("，那一边")
    expect(other.get_by_role("alert")).to_contain_text("在别处存过")
    expect(other.get_by_role("alert")).to_contain_text("，这一边")
    there.check()
    other.get_by_role("button", name="两份都留").click()
    expect(box).to_contain_text("，这一边")
    expect(box).to_contain_text("，那一边")
    expect(other.locator(".editor__saved")).to_contain_text("草稿已保存")
    other.get_by_role("button", name="预览").click()
    expect(other.locator("#preview h3")).to_have_text("写到一半的标题")
    expect(other.locator("#preview .prose")).to_contain_text("，这一边")
    other.get_by_role("textbox", name="正文").press("Control+Enter")
    other.wait_for_url("**/threads/*")
    page.close()
    there.open("/me/drafts")
    there.sees_nothing_of("写到一半")
    assert [one for one in here.faults if "DISCONNECTED" not in one] + there.faults == []
