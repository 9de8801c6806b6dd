"""Files in a real browser: they go up at once, a picture goes into the text and is described."""

from __future__ import annotations

import base64
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import Person
from tests.files import PDF, picture

PASTE = """([data, type, where]) => {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "image.png", { type: "image/png" }));
    const target = document.querySelector(where);
    const kind = type === "paste" ? ClipboardEvent : DragEvent;
    const what = type === "paste" ? { clipboardData: transfer } : { dataTransfer: transfer };
    target.dispatchEvent(new kind(type, { bubbles: true, cancelable: true, ...what }));
}"""


def chosen(name: str, data: bytes, kind: str = "application/pdf") -> Any:
    return {"name": name, "mimeType": kind, "buffer": data}


def hand(page: Page, how: str, where: str, data: bytes) -> None:
    """Paste a picture, or drop one."""
    page.evaluate(PASTE, [base64.b64encode(data).decode(), how, where])


def test_files_go_up_at_once_and_a_picture_into_the_text(chromium: Browser, demo_url: str) -> None:
    writer = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = writer.open("/forum/chat/new")
    rows, faults = page.locator(".bring__row[data-file]"), page.locator(".bring > .field__error")
    page.locator("#title").fill("午饭的照片")
    text = page.get_by_role("textbox", name="正文")
    text.click()
    page.keyboard.type("第一张：")
    files = [chosen("菜单.pdf", PDF), chosen("不是图.png", b"<script>1</script>", "image/png")]
    page.locator("#file").set_input_files(files)
    expect(rows).to_have_count(1)
    expect(faults).to_contain_text("“不是图.png”：这个文件的内容不是 .png")
    hand(page, "paste", ".editor__text", picture("green", (300, 200)))
    expect(rows).to_have_count(2)
    words = page.get_by_label("图片里是什么（给看不见图的人听）")
    expect(words).to_be_focused()
    page.keyboard.type("一盘手抓饭")
    writer.check()
    page.keyboard.press("Enter")
    shown = text.locator("img")
    expect(shown).to_have_attribute("alt", "一盘手抓饭")
    assert shown.evaluate("picture => picture.naturalWidth") == 300

    shown.click()  # and says something else
    expect(words).to_have_value("一盘手抓饭")
    words.fill("两盘手抓饭")
    page.get_by_role("button", name="确定").click()
    hand(page, "drop", "form:has(.bring) .field", picture("red", (90, 60)))
    expect(rows).to_have_count(3)
    last = rows.nth(2)
    last.get_by_role("button", name="放进正文").click()
    expect(text.locator("img")).to_have_count(2)
    page.keyboard.press("Escape")
    last.get_by_role("button", name="去掉").click()  # out of the list, out of the text
    expect(text.locator("img")).to_have_count(1)
    expect(page.locator(".editor__saved")).to_contain_text("草稿已保存")

    again = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    other = again.open("/forum/chat/new")
    expect(other.locator(".bring__row")).to_have_count(2)
    expect(other.get_by_role("textbox", name="正文").locator("img")).to_have_count(1)
    other.get_by_role("button", name="预览").click()
    expect(other.locator("#preview img")).to_have_attribute("alt", "两盘手抓饭")
    again.click(other.get_by_role("button", name="发布"))
    post = other.locator(".post").first
    expect(post.locator(".prose img")).to_have_attribute("width", "300")
    assert post.locator(".prose img").evaluate("picture => picture.naturalWidth") == 300
    with other.expect_download() as download:
        post.get_by_role("link", name="菜单.pdf").click()
    assert download.value.suggested_filename == "菜单.pdf"
    assert writer.faults + again.faults == []


def test_files_go_with_the_form_without_javascript(chromium: Browser, demo_url: str) -> None:
    writer = Person(chromium, demo_url, java_script=False).sign_in("delegate")
    page = writer.open("/forum/chat/new")
    page.locator("#body").fill("没有脚本也行。")
    page.locator("#file").set_input_files([chosen("表.csv", b"a,b\n"), chosen("菜单.pdf", PDF)])
    writer.press("发布")
    writer.sees("请写一个标题。", "表.csv", "菜单.pdf")
    page.locator("#title").fill("没有脚本")
    page.get_by_label("去掉 菜单.pdf").check()
    writer.press("发布")
    writer.sees("表.csv")
    writer.sees_nothing_of("菜单.pdf")
    assert writer.faults == []
