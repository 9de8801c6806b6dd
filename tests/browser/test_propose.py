"""A proposal on its way, in a real browser: written, mended, published, answered, read."""

from __future__ import annotations

import re

from tests.browser.conftest import Meet
from tests.browser.visiting import Person

WORDS = "每月的三张表，有一半的格子是一样的，建议合成一张。"


def _write(person: Person, words: str) -> None:
    if person.java_script:
        box = person.page.locator("[contenteditable=true]").first
        box.click()
        person.page.keyboard.press("Control+A")
        person.page.keyboard.insert_text(words)
    else:
        person.page.locator("textarea[name=body]").fill(words)


def test_propose_review_answer(meet: Meet) -> None:
    author = meet("cadre")
    title = f"{'有' if author.java_script else '无'}脚本：三张月报合成一张"
    author.open("/campaigns/dajiatan")
    author.follow("提建议", exact=True)
    author.page.get_by_label("标题", exact=True).fill(title)
    author.page.get_by_label("请哪个单位答复").select_option(label="河口县委组织部")
    _write(author, WORDS)
    author.press("提交审核")
    author.sees(title, WORDS, "在等审核")
    url = author.page.url.removeprefix(author.url)

    leader = meet("leader")
    leader.open("/campaigns/dajiatan/proposals")
    leader.sees_nothing_of(title)

    moderator = meet("moderator")
    moderator.open("/moderation?kind=campaigns%3Aproposal")
    moderator.follow(title)
    moderator.sees(WORDS)
    moderator.unfold("退回作者修改…")
    moderator.page.locator("#return-explanation").fill("请写明是哪三张表。")
    moderator.press("退回作者修改")

    author.open(url)
    author.sees("请写明是哪三张表。")
    author.follow("修改后重新提交")
    mended = f"{WORDS}三张表是党员、干部、人才。"
    _write(author, mended)
    author.press("提交审核")
    moderator.open("/moderation?kind=campaigns%3Aproposal")
    moderator.follow(title)
    moderator.press("通过")

    leader.open("/")
    if (more := leader.page.locator("summary", has_text="还有")).count():
        more.click()  # as much may wait for a leader of the demo as is in view
    leader.click(leader.page.locator("li.row", has_text=title).locator("a, button").first)
    leader.follow("答复这条建议")
    leader.press("公开答复")
    leader.sees("请选择答复", "请写明理由")
    leader.page.get_by_label(re.compile("^部分采纳")).check()
    leader.page.get_by_label("理由", exact=True).fill("党员、干部两张先合，人才那张要按月报。")
    leader.press("公开答复")
    leader.sees("已答复", "部分采纳")

    author.open("/notices")
    author.sees(f"“{title}”有了答复：部分采纳")
    stranger = meet("cadre2")
    stranger.open("/campaigns/dajiatan/proposals?state=partly")
    stranger.follow(title)
    stranger.sees(mended, "党员、干部两张先合", "张怀远")
