"""A Word file read into the editor while one writes, and its footnote where it is read."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.visiting import Person
from tests.core.word_files import PICTURE, docx, p
from tests.files import picture
from tests.forum.test_read_word import NOTED


def test_a_chosen_file_comes_into_the_editor(chromium: Browser, demo_url: str) -> None:
    here = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = here.open("/forum/chat/new")
    page.locator("#title").fill("一份调研稿")
    box = page.get_by_role("textbox", name="正文")
    box.click()
    page.keyboard.type("先写一句。")
    page.locator("#word summary").click()
    bad = {"name": "a.docx", "mimeType": "application/zip", "buffer": b"PK\3\4"}
    page.locator("#word-file").set_input_files(bad)
    expect(page.locator("#word-file-error")).to_contain_text("扩展名")
    page.locator("#word-file").set_input_files({**bad, "buffer": NOTED})
    expect(page.locator("#word [data-said]")).to_contain_text("去掉了：1 处删除修订、1 条批注。")
    expect(box).to_contain_text("先写一句。")
    expect(box).to_contain_text("保留新增脚注的话")
    drawn = docx(p("还有一张图", PICTURE), picture=picture())
    page.locator("#word-file").set_input_files({**bad, "buffer": drawn})
    expect(page.locator(".bring__row")).to_have_count(1)
    expect(box.locator("img")).to_have_attribute("alt", "一张图")
    here.check()
    box.press("Control+Enter")
    page.wait_for_url("**/threads/*")
    expect(page.locator(".prose").first).to_have_text(re.compile("保留新增\u2060?\\[1\\]"))
    expect(page.locator(".prose img")).to_have_attribute("alt", "一张图")
    page.get_by_role("link", name="注 1", exact=True).press("Enter")
    expect(page.locator(".footnotes li:target")).to_have_text("脚注的话 ↑")
    page.get_by_role("link", name="回到注 1 的位置").press("Enter")
    expect(page.locator("sup.footnote a:target")).to_be_focused()
    here.check()
    page.get_by_role("link", name="打印").click()
    page.wait_for_url("**/print")
    here.check()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for gone in (".bar", ".crumbs", ".paper__acts", ".footnotes__back", ".foot"):
        expect(page.locator(gone).first).to_be_hidden()
    with page.expect_download() as download:
        page.evaluate("document.querySelector('a[download]').click()")
    assert download.value.suggested_filename == "一份调研稿.docx"
    assert [one for one in here.faults if "status of 422" not in one] == []
