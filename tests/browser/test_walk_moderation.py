"""A walk through moderation in a real browser, by author, reviewers and reader: claims that are
taken over, words mended and returned in rounds, threads tended, doubts handed up, appeals."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.visiting import Person

pytestmark = pytest.mark.parametrize("with_script", [True], indirect=True, ids=["script"])


def write(author: Person, title: str, body: str, board: str = "dajiatan") -> str:
    """Start a thread; its address."""
    author.open(f"/forum/{board}/new")
    author.page.get_by_label("标题", exact=True).first.fill(title)
    fill_body(author, body)
    author.press("提交审核" if board == "dajiatan" else "发布")
    author.sees(title)
    return re.sub(r"[?#].*", "", author.page.url).removeprefix(author.url)


def fill_body(person: Person, words: str) -> None:
    box = person.page.locator("[contenteditable=true]").first
    box.click()
    person.page.keyboard.press("Control+A")
    person.page.keyboard.insert_text(words)


def find(reviewer: Person, title: str) -> str:
    """Open the item of a text from the queue; its address."""
    reviewer.open("/moderation")
    while not reviewer.page.get_by_role("link", name=title).count():
        reviewer.follow("往后", exact=False)
    reviewer.follow(title)
    return re.sub(r"[?#].*", "", reviewer.page.url).removeprefix(reviewer.url)


def reject(reviewer: Person, item: str) -> None:
    reviewer.open(item)
    reviewer.unfold("不通过…")
    sheet = reviewer.page.locator(".confirm[open]")
    sheet.locator("input[name=reason][value=off_topic]").check()
    sheet.locator("textarea").fill("里面说的不是本单位的事。")
    reviewer.press("不通过")


def test_a_claim_is_seen_live_and_taken_over_with_a_reason(meet: Meet) -> None:
    author, reviewer, chief = meet("cadre2"), meet("moderator"), meet("chief_moderator")
    title = "走一遍：谁在审，看得见"
    write(author, title, "开会的通知能不能早一天发。")
    item = find(reviewer, title)
    chief.open(item)
    reviewer.press("先领取，慢慢看")
    reviewer.sees("你在审")
    expect(chief.page.locator("main")).to_contain_text("在审", timeout=30_000)  # without a reload
    chief.open(item)
    chief.unfold("等不了，我来接手…")
    chief.press("接手")
    chief.sees("请")  # a reason is asked for
    chief.page.locator("textarea[name=reason]").fill("作者明天要用，等不了。")
    chief.press("接手")
    chief.sees("你在审")
    alert = reviewer.page.locator("[data-behavior=lease]")
    reviewer.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # comes back
    expect(alert).to_contain_text("你写的还在页面上")
    chief.press("通过")


def test_mended_words_are_accepted_or_taken_back(meet: Meet) -> None:
    author, reviewer, chief = meet("cadre2"), meet("moderator"), meet("chief_moderator")
    for answer, end in (("接受修改", "已接受"), ("要回原文", "另一位审核员来审")):
        title = f"走一遍：改好后通过，{answer}"
        thread = write(author, title, "食堂的莱单能不能提前一天贴。")
        item = find(reviewer, title)
        reviewer.follow("改好后通过…")
        fill_body(reviewer, "食堂的菜单能不能提前一天贴。")
        reviewer.page.locator("#explanation").fill("改了一个错字。")
        reviewer.press("改好后通过")
        author.open(thread)
        author.sees("食堂的菜单")
        author.follow("审核员改了几处文字后发布")
        author.sees("改了一个错字。")
        author.press(answer)
        author.sees(end)
        if answer == "要回原文":
            author.open(thread)
            author.sees("食堂的莱单")
            again = find(chief, title)
            assert again != item
            reviewer.open(again)
            reviewer.sees("要由别的审核员来审")
            chief.press("通过")


def test_a_text_goes_back_by_paragraphs_and_comes_again_with_its_difference(meet: Meet) -> None:
    author, reviewer, chief = meet("cadre2"), meet("moderator"), meet("chief_moderator")
    title = "走一遍：逐段退回，第二轮只看改动"
    thread = write(author, title, "第一段写得清楚。")
    item = find(reviewer, title)
    reviewer.unfold("退回作者修改…")
    reviewer.follow("逐段写意见")
    reviewer.unfold("对第 1 段的意见")
    reviewer.page.locator("#remark-1").fill("请写明是哪个单位。")
    reviewer.page.locator("#explanation").fill("意见写在旁边。")
    reviewer.press("退回作者修改")
    author.open(thread)
    author.sees("意见写在旁边。")
    author.follow("修改后重新提交")
    author.sees("请写明是哪个单位。")
    fill_body(author, "第一段写得清楚，说的是县档案馆。")
    author.press("提交审核")
    again = find(reviewer, title)
    assert again != item or reviewer.page.locator(".difference").count()
    expect(reviewer.page.locator(".difference ins").first).to_contain_text("说的是县档案馆")
    reviewer.sees("请写明是哪个单位。")

    reject(reviewer, again)
    reviewer.press("撤销（30 秒内）")
    reviewer.sees("要审的文字")
    reject(reviewer, again)

    author.open(thread)
    author.sees("里面说的不是本单位的事。")
    author.follow("申诉")
    author.page.locator("textarea").first.fill("县档案馆是我们代管的。")
    author.page.locator("main form button.button--main").first.click()
    author.sees("另一位审核员")
    find(chief, title)
    chief.sees("县档案馆是我们代管的。")
    reviewer.open(re.sub(r"[?#].*", "", chief.page.url).removeprefix(chief.url))
    reviewer.sees("申诉针对的是你的决定")
    chief.unfold("撤销原决定并发布…")
    chief.page.locator(".confirm[open] textarea").fill("核实过，是代管单位。")
    chief.press("撤销原决定并发布")
    stranger = meet("delegate")
    stranger.open(thread)
    stranger.sees("说的是县档案馆")


def test_a_doubt_goes_up_and_words_are_covered(meet: Meet) -> None:
    author, reviewer, chief = meet("cadre2"), meet("moderator"), meet("chief_moderator")
    title = "走一遍：拿不准的请总审核员"
    thread = write(author, title, "赵大力同志的手机一直打不通。")
    item = find(reviewer, title)
    reviewer.unfold("请总审核员来审…")
    reviewer.page.locator(".confirm[open] textarea").fill("写到了个人。")
    reviewer.press("转给总审核员")
    reviewer.open(item)
    reviewer.sees("你不能决定这一条")
    find(chief, title)
    chief.sees("写到了个人。")
    chief.follow("遮盖后通过…")
    chief.page.locator("#passages").fill("赵大力")
    chief.page.locator("#explanation").fill("不写个人姓名。")
    chief.press("遮盖后通过")
    stranger = meet("delegate")
    stranger.open(thread)
    stranger.sees("▇▇▇同志的手机")
    stranger.sees_nothing_of("赵大力")


def test_threads_are_locked_split_merged_and_moved(meet: Meet) -> None:
    author, reviewer = meet("cadre2"), meet("moderator")
    first = write(author, "走一遍：要拆开的主题", "说两件事。", board="chat")
    fill_body(author, "第二件事，停车位不够。")
    author.press("回帖")
    other = write(author, "走一遍：要并走的主题", "说的是同一件事。", board="chat")
    reviewer.open(first)
    reviewer.follow("拆分主题")
    reviewer.page.locator("#numbers").fill("2")
    reviewer.page.locator("#title").fill("走一遍：拆出来的主题")
    reviewer.page.locator("#why").fill("这是另一件事。")
    reviewer.press("拆分主题")
    author.open(first)
    author.sees("第 2 楼拆到了另一个主题", "这是另一件事。")
    author.follow("去看")
    author.sees("走一遍：拆出来的主题", "停车位不够")

    reviewer.open(other)
    reviewer.follow("合并主题")
    reviewer.page.locator("#into").fill(first.rpartition("/")[2])
    reviewer.page.locator("#why").fill("同一件事。")
    reviewer.press("合并主题")
    author.open(other)
    author.sees("这个主题并入了另一个主题")

    reviewer.open(first)
    reviewer.follow("移动主题")
    reviewer.page.locator("#board").select_option(label="基层减负")
    reviewer.page.locator("#why").fill("说的是减负。")
    reviewer.press("移动主题")
    author.open("/forum/chat")
    author.sees("一个主题移到了“基层减负”")

    reviewer.open(first)
    reviewer.follow("锁定", exact=True)
    reviewer.page.locator("#why").fill("已经办完。")
    reviewer.press("锁定主题")
    author.open(first)
    author.sees("这个主题已经锁定", "已经办完。")


def test_what_waited_too_long_is_with_the_chief(meet: Meet) -> None:
    """The demo has a text whose service time is over: it went up by itself, and says so."""
    chief = meet("chief_moderator")
    chief.open("/moderation?view=escalated")
    chief.sees("超过时限")
