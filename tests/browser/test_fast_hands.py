"""The queue by keyboard in a real browser: keys, the switch, presence, lost claims, what is ahead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import Person

Meet = Callable[..., Person]


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


def write(meet: Meet, mark: str) -> None:
    """A text that waits, by somebody else."""
    cadre = meet("cadre2", java_script=False)
    cadre.open("/forum/dajiatan/new")
    cadre.page.get_by_label("标题", exact=True).first.fill(f"{mark}：少填一张表")
    cadre.page.locator("textarea[name=body]").fill(f"{mark}，先从每月都要报的那一张开始合并。")
    cadre.press("提交审核")


def test_keys_move_open_and_open_the_forms(meet: Meet) -> None:
    write(meet, "按键的一条")
    reviewer = meet("moderator")
    page = reviewer.open("/moderation")
    links = page.locator(".row__title a")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    reviewer.check()
    assert re.search(r"/moderation/\d+$", page.url)
    page.keyboard.press("r")
    box = page.locator("#return-explanation")
    expect(box).to_be_focused()
    page.keyboard.type("jkcarxeu? 写字的时候不动")
    expect(box).to_have_value("jkcarxeu? 写字的时候不动")
    page.locator("h1").click()
    page.keyboard.press("Control+a")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("a")  # nothing happens behind the dialog
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    with page.expect_navigation():
        page.keyboard.press("c")
    expect(page.locator(".note--wait").first).to_contain_text("你在审")
    with page.expect_navigation():
        page.keyboard.press("a")
    reviewer.sees("已通过")


def test_any_button_may_have_a_key(meet: Meet) -> None:
    """Other modules mark theirs with data-key: e and u."""
    page = meet("moderator").open("/moderation")
    page.evaluate(
        """() => {
            const button = document.createElement("button");
            button.dataset.key = "e";
            button.textContent = "上报";
            button.onclick = () => { document.title = "pressed"; };
            document.querySelector("main").append(button);
        }"""
    )
    page.keyboard.press("u")
    page.keyboard.press("e")
    expect(page).to_have_title("pressed")


def test_composing_presses_nothing(meet: Meet) -> None:
    page = meet("moderator").open("/moderation")
    page.evaluate(
        """() => document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key: "?", isComposing: true, bubbles: true }))"""
    )
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_single_keys_can_be_switched_off(meet: Meet) -> None:
    reviewer = meet("moderator")
    page = reviewer.open("/moderation")
    page.keyboard.press("?")
    reviewer.press("关掉单键")
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator(".row__title a").first).not_to_be_focused()
    page.locator('[data-behavior="keys"]').click()
    reviewer.press("打开单键")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_help_dialog_holds_no_obstacle(meet: Meet) -> None:
    reviewer = meet("moderator")
    page = reviewer.open("/moderation")
    page.keyboard.press("?")
    reviewer.checked.clear()
    reviewer.check()


def test_who_is_at_it_arrives_without_reloading(meet: Meet) -> None:
    write(meet, "有人在审的一条")
    reviewer, other = meet("moderator"), meet("chief_moderator")
    reviewer.page.clock.install()
    page = reviewer.open("/moderation")
    other.open("/moderation")
    link = other.page.get_by_role("link", name="有人在审的一条：少填一张表")
    other.click(link)
    number = other.page.url.rpartition("/")[2]
    other.press("先领取，慢慢看")
    with page.expect_response(re.compile("/moderation/presence")) as said:
        page.clock.run_for(15_100)
    assert said.value.status == 200
    expect(page.locator(f'[data-presence="{number}"]')).to_contain_text("在审")
    with page.expect_response(re.compile("/moderation/presence")) as said:
        page.clock.run_for(15_100)
    assert said.value.status == 304
    other.press("放回待审")


def test_a_lost_claim_is_told_at_once_and_the_words_stay(meet: Meet) -> None:
    write(meet, "被接手的一条")
    reviewer, other = meet("moderator"), meet("chief_moderator")
    reviewer.page.clock.install()
    page = reviewer.open("/moderation")
    reviewer.click(page.get_by_role("link", name="被接手的一条：少填一张表"))
    reviewer.press("先领取，慢慢看")
    page.keyboard.press("r")
    page.keyboard.type("写了一半的说明")
    with page.expect_response(re.compile("/renew")) as said:
        page.clock.run_for(120_100)
    assert said.value.status == 204
    other.open(page.url.removeprefix(other.url))
    other.unfold("等不了，我来接手")
    other.page.locator("#reason").fill("今天就要答复。")
    other.press("接手")
    page.keyboard.type("，")
    with page.expect_response(re.compile("/renew")) as said:
        page.clock.run_for(120_100)
    assert said.value.status == 409
    note = page.locator('[data-behavior="lease"]')
    expect(note).to_be_visible()
    expect(note).to_contain_text("已经不在你手里")
    expect(page.locator("#return-explanation")).to_have_value("写了一半的说明，")
    page.locator(
        "#return-explanation + * ~ .buttons button, .confirm[open] .buttons button"
    ).first.click()
    reviewer.sees("写了一半的说明，", "你的这一次没有生效")
    other.press("放回待审")


def test_the_next_text_is_there_when_the_decision_is_on_its_way(meet: Meet) -> None:
    write(meet, "第一条要审的")
    write(meet, "第二条要审的")
    reviewer = meet("moderator")
    page = reviewer.open("/moderation")
    reviewer.follow("一条接一条地审")
    panel = page.locator('[data-behavior="ahead"]')
    expect(panel).to_have_attribute("data-ready", "yes")
    expect(panel).to_be_hidden()
    following = panel.locator(".ahead__title").text_content()

    page.evaluate(
        """() => {
            const panel = document.querySelector('[data-behavior="ahead"]');
            const keep = () => sessionStorage.setItem("shown", panel.innerText);
            new MutationObserver(keep).observe(panel, { attributes: true });
        }"""
    )
    with page.expect_navigation():
        page.keyboard.press("a")
    shown = page.evaluate("sessionStorage.getItem('shown')")
    assert following and following in shown  # while the decision was on its way
    assert len(shown) > len(following) + 20
    expect(page.locator("h1")).to_have_text(following)
    reviewer.sees("这一轮已审 1 条")


def test_everything_works_without_script(meet: Meet) -> None:
    write(meet, "没有脚本的一条")
    reviewer = meet("moderator", java_script=False)
    page = reviewer.open("/moderation")
    expect(page.locator('[data-behavior="keys"]')).to_be_hidden()
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#reason").select_option("pre_moderated")
    page.locator("#claimed").select_option("nobody")
    reviewer.press("筛选")
    reviewer.follow("没有脚本的一条：少填一张表")
    reviewer.press("先领取，慢慢看")
    reviewer.sees("你在审")
    reviewer.press("放回待审")
    assert "claimed=nobody" in page.url
