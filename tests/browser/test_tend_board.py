"""Those who tend a board, and those who write there, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import Person

Meet = Callable[..., Person]
SMALL = """() => [...document.querySelectorAll("main a, main button, main summary")].filter((one) =>
    !one.closest(".prose") && one.getClientRects().length && one.getBoundingClientRect().height < 43.5
    && getComputedStyle(one).display !== "inline").map((one) => one.outerHTML.slice(0, 100))"""


@pytest.fixture
def meet(chromium: Browser, demo_url: str) -> Iterator[Meet]:
    people: list[Person] = []

    def come(username: str, java_script: bool = True) -> Person:
        people.append(Person(chromium, demo_url, java_script))
        return people[-1].sign_in(username)

    yield come
    for person in people:
        person.context.close()
    assert [fault for person in people for fault in person.faults] == []


def write(person: Person, path: str, words: str, title: str = "") -> None:
    person.page.goto(person.url + path)
    if title:
        person.page.get_by_label("标题", exact=True).first.fill(title)
    person.page.locator("textarea[name=body]").fill(words)
    person.page.locator("form:has(textarea[name=body]) button.button--main").click()


def test_a_board_for_one_unit_is_opened_written_to_and_archived(meet: Meet) -> None:
    tender = meet("unit_admin")
    page = tender.open("/admin")
    tender.follow("版块管理")
    tender.follow("开设版块")
    page.get_by_label("名称", exact=True).fill("河口试验田")
    page.get_by_label("网址里的名称").fill("field")
    unit = page.locator("#read_unit")
    expect(unit).to_be_hidden()
    expect(page.locator("#read_roles")).to_be_hidden()
    page.locator("#read_who").get_by_label("一个单位及下属单位的人", exact=True).check()
    expect(unit).to_have_value("河口地委组织部")
    expect(unit).to_be_visible()
    expect(page.locator("#read_roles")).to_be_hidden()
    expect(page.locator("#start_unit")).to_be_hidden()
    tender.check()
    page.get_by_label("先发后审").check()
    tender.unfold("能写多快")
    page.get_by_label("一个人一小时最多回几条").fill("1")
    tender.press("开设版块")
    tender.sees("已开设版块", "河口地委组织部及下属单位的人", "一个人最多 1 条")
    tender.follow("版块审核员")
    page.get_by_label("姓名或用户名").fill("江小满")
    page.get_by_label("最后一天").fill(f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}")
    tender.press("任命")
    tender.sees("已任命", "江小满")

    writer = meet("cadre", java_script=False)
    write(writer, "/forum/field/new", "第一楼的话。", "试试能写多快")
    thread = writer.page.url.removeprefix(writer.url)
    for words in ("第二楼的话。", "没来得及发的话。"):
        write(writer, f"{thread}/reply", words)
    writer.sees("你在 1 小时内发了 1 条回帖", "文字已存为草稿")
    assert "没来得及发的话" in writer.page.locator("textarea[name=body]").input_value()
    writer.open("/me/drafts")
    writer.sees("没来得及发的话。")

    tender.open("/forum/field/rules")
    tender.unfold("存档这个版块")
    tender.check()
    tender.press("存档")
    tender.sees("这个版块已经存档")
    writer.open(thread)
    expect(writer.page.get_by_role("link", name="修改", exact=True)).to_have_count(0)
    tender.press("重新开放")
    writer.open(thread)
    expect(writer.page.get_by_role("link", name="修改", exact=True)).to_have_count(2)


PLACES: dict[str, tuple[str, ...]] = {
    "unit_admin": ("/admin/boards", "/admin/boards/new", "/forum/hekou/edit"),
    "chief_moderator": ("/forum/study/moderators",),
    "moderator": ("/threads/2", "/threads/2/lock", "/threads/2/pin", "/threads/2/feature"),
    "cadre2": (
        *(
            "/forum/study",
            "/forum/study/rules",
            "/forum/dajiatan/featured",
            "/threads/featured",
            "/threads/tended",
        ),
        *("/threads/1", "/posts/1/react", "/posts/1/bookmark", "/me/bookmarks"),
    ),
}


@pytest.mark.parametrize("username", PLACES)
def test_the_pages_around_a_board_hold_no_obstacle(meet: Meet, username: str) -> None:
    """Axe looks at each; no act is too small for a finger, and the narrowest screen is enough."""
    reader = meet(username)
    choices: list[Any] = [
        {"name": "text_size", "value": "large", "url": reader.url},
        {"name": "theme", "value": "dark", "url": reader.url},
    ]
    reader.context.add_cookies(choices)
    for path in PLACES[username]:
        page = reader.open(path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
