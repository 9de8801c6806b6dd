"""The five things a newcomer tries, in a real browser, with JavaScript and without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.visiting import Person

WORD = (Path(__file__).parent / "word.html").read_text("utf-8")


def _write(person: Person, words: str) -> None:
    """Fill the body, in the editor or in the plain box."""
    if person.java_script:
        person.page.locator("[contenteditable=true]").first.click()
        person.page.keyboard.insert_text(words)
    else:
        person.page.locator("textarea[name=body]").fill(words)


def _paste_word(person: Person) -> None:
    """Paste what a word processor puts on the clipboard."""
    page = person.page
    page.locator("[contenteditable=true]").first.click()
    page.evaluate(
        """html => {
            const data = new DataTransfer();
            data.setData('text/html', html);
            data.setData('text/plain', 'x');
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})
            );
        }""",
        WORD,
    )


def test_post_review_mend_publish(meet: Meet) -> None:
    mark = "有脚本" if (cadre := meet("cadre")).java_script else "无脚本"
    title = f"{mark}：把三张表合成一张，先从哪张开始"

    cadre.open("/")
    cadre.follow("讨论", exact=True)
    cadre.follow("大家谈", exact=True)
    cadre.open("/forum/dajiatan/new")
    cadre.page.get_by_label("标题", exact=True).first.fill(title)
    if cadre.java_script:
        _paste_word(cadre)
        expect(cadre.page.locator("[contenteditable=true] table")).to_have_count(1)
    else:
        _write(cadre, "先从每月都要报的那一张开始。\n\n各乡镇的口径不一样，合并之前要先对表。")
    cadre.press("提交审核")
    cadre.sees(title)
    cadre.sees("待审核")
    thread = re.sub(r"[?#].*", "", cadre.page.url).removeprefix(cadre.url)
    if cadre.java_script:
        prose = cadre.page.locator(".prose").first
        assert prose.locator("table").count() == 1
        assert prose.locator("h2, h3").count() >= 1
        assert prose.locator("ol, ul").count() >= 1

    cadre.open("/threads/1")
    reply = f"{mark}的回帖：我们县也数过，差不多。"
    _write(cadre, reply)
    cadre.press("回帖")
    cadre.sees(reply)
    cadre.sees("待审核")

    stranger = meet("cadre2")
    stranger.open("/forum/dajiatan")
    stranger.sees_nothing_of(title)
    stranger.open("/threads/1")
    stranger.sees_nothing_of(reply)
    stranger.page.goto(stranger.url + thread)
    stranger.sees_nothing_of(title)

    moderator = meet("moderator")
    moderator.open("/moderation")
    moderator.sees(title)
    moderator.sees(reply)
    moderator.follow(title)
    moderator.unfold("退回作者修改…")
    reason = f"{mark}：请说明数据是哪一年的。"
    moderator.page.locator("#return-explanation").fill(reason)
    moderator.press("退回作者修改")
    moderator.open("/moderation")
    moderator.sees_nothing_of(title)
    moderator.click(moderator.page.locator("li", has_text=reply).locator("a").first)
    moderator.press("通过")

    stranger.open("/threads/1")
    stranger.sees(reply)

    cadre.open("/")
    cadre.sees("已退回")
    cadre.open(thread)
    cadre.sees(reason)
    cadre.click(cadre.page.locator("a[href$='/edit']").first)
    _write(cadre, "（以上是去年的数。）")
    cadre.press("提交审核")
    cadre.sees("待审核")

    moderator.open("/moderation")
    moderator.follow(title)
    moderator.press("通过")
    stranger.open("/forum/dajiatan")
    stranger.sees(title)
    stranger.open(thread)
    stranger.sees("以上是去年的数")


def test_fill_opinion_form(meet: Meet, with_script: bool) -> None:
    person = meet("delegate" if with_script else "expert")  # each may answer once
    person.open("/surveys")
    person.follow("工作作风征求意见表")
    page = person.page
    if (
        page.locator("form.form--survey, main form").count() == 0
        or not page.locator("[name=q-q1]").count()
    ):
        pytest.fail("the form is not there")
    page.locator("[name=q-q1][value=a]").check()
    page.locator("[name=q-q2]").fill("三次")
    person.click(page.get_by_role("button", name="交问卷"))
    person.sees("要改")
    assert page.locator("[name=q-q1][value=a]").is_checked()
    assert page.locator("[name=q-q2]").input_value() == "三次"

    page.locator("[name=q-q2]").fill("3")
    for row in ("manner", "procedure", "fieldwork"):
        page.locator(f"[name=q-q4-{row}][value='4']").check()
    for name in page.evaluate(
        "[...new Set([...document.querySelectorAll('main input[type=radio]')].map(i => i.name))]"
    ):
        group = page.locator(f"[name='{name}']")
        if not any(group.nth(at).is_checked() for at in range(group.count())):
            group.first.check()
    page.locator("main input[type=checkbox]").first.check()
    person.click(page.get_by_role("button", name="交问卷"))
    person.sees("谢谢")

    person.open("/surveys/opinion-form/results")
    assert person.page.locator("svg").count() >= 3
    person.sees("人回答")


def test_letter_by_name(meet: Meet) -> None:
    cadre = meet("cadre")
    mark = "有脚本" if cadre.java_script else "无脚本"
    title = f"{mark}：值班室的取暖设备什么时候能换"
    cadre.open("/letters")
    cadre.open("/letters/new")
    cadre.press("寄出")
    cadre.sees("要改")
    cadre.page.locator("#title").fill(title)
    cadre.page.locator("#body").fill(
        "值班室的油汀用了九年，去年冬天停过三次。我们自己修过，也报过。"
    )
    cadre.page.locator("#points").fill("今年能不能换？\n换之前怎么过冬？")
    cadre.press("寄出")
    cadre.sees("回执")

    office = meet("mail_office")
    office.open("/letters/desk")
    office.follow(title)
    office.press("开始审阅")
    office.press("受理")
    office.page.locator("select[name=unit]").select_option(label="干部综合处")
    office.press("转办")

    handler = meet("handler")
    handler.open("/letters/desk")
    handler.follow(title)
    handler.press("认领")
    handler.follow("写答复")
    boxes = handler.page.locator(".reply-part textarea")
    boxes.nth(0).fill("可以，已列入十一月的采购。")
    handler.press("送签")
    handler.sees("要改")
    handler.page.locator(".reply-part textarea").nth(1).fill("本周先借两台给你们，周五送到。")
    handler.press("送签")

    signer = meet("signer")
    signer.open("/letters/desk")
    signer.follow(title)
    signer.press("签发")

    cadre.open("/letters")
    cadre.follow(title)
    cadre.sees("本周先借两台给你们")
    for part in ("resolved", "attitude", "speed"):
        cadre.page.locator(f"[name={part}][value='5']").check()
    cadre.press("提交评价")
    cadre.sees("已评价")

    stranger = meet("cadre2")
    letter = cadre.page.url.removeprefix(cadre.url).split("?")[0]
    stranger.page.goto(stranger.url + letter)
    stranger.sees_nothing_of(title)


def test_letter_without_a_name(meet: Meet) -> None:
    writer = meet(None)
    title = "不署名：加班调休能不能跨年用" + ("（一）" if writer.java_script else "（二）")
    writer.open("/letters/new")
    writer.page.locator("#title").fill(title)
    writer.page.locator("#body").fill("单位说调休当年作废。我去年攒了六天，一天也没有休成。")
    writer.press("寄出")
    code = writer.page.locator("#code").inner_text().strip()
    assert re.fullmatch(r"(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}", code)

    later = meet(None)
    later.open("/letters/track")
    later.page.locator("main input[type=text], main input:not([type])").first.fill(
        "AAAAA-AAAAA-AAAAA-AAAAA"
    )
    later.click(later.page.locator("main form button").first)
    later.sees_nothing_of(title)
    later.open("/letters/track")
    later.page.locator("main input[type=text], main input:not([type])").first.fill(code.lower())
    later.click(later.page.locator("main form button").first)
    later.sees(title)
    assert code not in later.page.url


def test_home_shows_what_matters(meet: Meet) -> None:
    cadre = meet("cadre")
    page = cadre.open("/")
    for words in ("深入讨论", "正在谈", "等我的", "问卷", "部长信箱"):
        cadre.sees(words)
    cadre.follow("活动", exact=True)
    cadre.open("/campaigns/dajiatan/notice")
    assert page.locator("h1").count() == 1
