"""Flagging at a real browser, with and without JavaScript, until the outcome has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visiting import Person

Meet = Callable[[str], Person]


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def meet(request: pytest.FixtureRequest, chromium: Browser, demo_url: str) -> Iterator[Meet]:
    met: list[Person] = []

    def one(username: str) -> Person:
        person = Person(chromium, demo_url, java_script=request.param)
        met.append(person)
        return person.sign_in(username)

    yield one
    for person in met:
        person.context.close()
        assert person.faults == []


def test_flag_a_post_and_hear_the_outcome(meet: Meet) -> None:
    author = meet("cadre2")
    mark = "有脚本" if author.java_script else "无脚本"
    title = f"{mark}：谁把我的伞拿走了"
    author.open("/forum/chat/new")
    author.page.locator("#title").fill(title)
    if author.java_script:
        author.page.locator(".editor__text").fill("拿走的人自己心里清楚。")
    else:
        author.page.locator("#body").fill("拿走的人自己心里清楚。")
    author.press("发布")
    thread = author.page.url.removeprefix(author.url)

    reader = meet("cadre")
    reader.open(thread)
    reader.follow("举报")
    reader.press("举报")
    reader.sees("请选择一个原因。")
    reader.page.locator("[name=reason][value=abuse]").check()
    reader.page.locator("#words").fill("话里有话，像是在说某一个人。")
    reader.press("举报")
    reader.sees("已收到你的举报")
    reader.sees("拿走的人自己心里清楚")
    reader.follow("举报")
    reader.sees("你已经举报过这一条")
    reader.open("/moderation/flags")
    reader.sees("话里有话", "等审核员看")

    moderator = meet("moderator")
    moderator.open("/moderation?reason=flagged")
    moderator.sees("次举报")
    moderator.follow(title)
    moderator.sees("话里有话", "人身攻击")
    moderator.press("没有问题，保留")

    reader.open("/notices")
    reader.sees("没有发现问题")
    reader.open("/moderation/flags")
    reader.sees("没有发现问题")
    reader.open(thread)
    reader.follow("举报")
    reader.sees("审核员看过了")
