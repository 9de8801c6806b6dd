"""Reading a thread in a real browser: keys, a reply where one reads, posts that arrive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import Person

Meet = Callable[..., Person]
LIVE = re.compile(r"/live\?")


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


def start(person: Person, title: str) -> str:
    """A thread that is public at once; returns its address."""
    person.open("/forum/chat/new")
    person.page.get_by_label("标题", exact=True).first.fill(title)
    person.page.locator("textarea[name=body]").fill("开头说的话，说得长一点，好让人引用。")
    person.press("发布")
    return person.page.url.removeprefix(person.url).split("#")[0]


def reply(person: Person, thread: str, words: str) -> None:
    person.open(f"{thread}/reply")
    person.page.locator("textarea[name=body]").fill(words)
    person.page.locator("form:has(textarea[name=body]) button.button--main").click()
    person.page.wait_for_url(lambda url: "#post-" in url)


def pass_time(page: Page, seconds: int) -> None:
    page.clock.fast_forward(seconds * 1000)


def test_one_reads_answers_and_sees_what_comes_without_a_reload(meet: Meet) -> None:
    author = meet("cadre2", java_script=False)
    thread = start(author, "在一页上读完再答")
    reply(author, thread, "第二楼的话。")
    reader = meet("cadre")
    page = reader.page
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if LIVE.search(one.url) else None)
    reader.open(thread)

    page.keyboard.press("j")
    expect(page.locator("#post-1")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#post-2")).to_be_focused()
    page.keyboard.press("b")
    expect(page.locator("#post-2 [data-key=b]")).to_contain_text("已收藏")
    page.locator("#post-2 [data-react]").click()
    page.locator("#post-2 .reacts__choices button").first.click()
    expect(page.locator("#post-2 .react")).to_have_text("有同感 1")
    expect(page.locator("#post-1 .reacts__choices")).to_have_count(0)

    page.locator("#post-2").focus()
    page.keyboard.press("r")
    box = page.locator("#reply .editor__text")
    expect(box).to_be_focused()
    expect(box).to_contain_text("第二楼的话。")
    expect(page.locator("#reply")).to_have_class(re.compile("reply--near"))
    page.keyboard.type("jjkb?正在写")  # letters are letters while one writes
    expect(page.locator("#keys")).to_be_hidden()
    reader.check()

    reply(author, thread, "第三楼，刚刚才有。")
    assert asked == []
    top = page.evaluate("scrollY")
    pass_time(page, 25)
    offer = page.locator('[data-behavior="live"]')
    expect(offer).to_contain_text("有 1 条新回帖")
    expect(page.locator("#post-3")).to_have_count(0)
    expect(box).to_be_focused()
    offer.get_by_role("button").click()
    expect(page.locator("#post-3")).to_contain_text("刚刚才有")
    expect(page.locator("#post-3")).to_be_focused()
    expect(box).to_contain_text("正在写")
    assert abs(page.evaluate("scrollY") - top) < 5
    page.keyboard.press("k")
    expect(page.locator("#post-2")).to_be_focused()
    reader.check()


def test_one_tab_asks_ever_less_often_and_none_that_nobody_uses(meet: Meet) -> None:
    thread = start(meet("cadre2", java_script=False), "没有新回帖的时候少问")
    reader = meet("cadre")
    first, second = reader.page, reader.context.new_page()
    counts = {first: 0, second: 0}

    def watch(page: Page) -> None:
        def note(request: object) -> None:
            counts[page] += bool(LIVE.search(getattr(request, "url", "")))

        page.on("request", note)
        page.clock.install()
        page.goto(reader.url + thread)

    watch(first)
    times = []
    for _minute in range(30):
        before = counts[first]
        pass_time(first, 60)
        first.wait_for_timeout(30)
        times.append(counts[first] - before)
    assert sum(times[:4]) >= 2
    assert 2 <= sum(times[-10:]) <= 5, times  # once in three minutes
    watch(second)  # the tab looked at last asks
    before = counts[first]
    for _minute in range(4):
        for page in (first, second):
            pass_time(page, 60)
            page.wait_for_timeout(30)
    assert counts[first] == before
    assert counts[second] >= 2
    pass_time(second, 3700)
    second.wait_for_timeout(100)
    before = counts[second]
    for _minute in range(10):
        pass_time(second, 60)
        second.wait_for_timeout(30)
    assert counts[second] == before, "nobody touched it for an hour"
