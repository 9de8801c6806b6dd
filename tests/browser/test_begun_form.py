"""A form filled in by and by in a real browser: refreshed, offline, signed out, changed, sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import Person


def written(slug: str, title: str, anonymity: str, **more: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "title": {"zh": title, "en": title},
        "anonymity": anonymity,
        "audience": ["everyone"],
        "days": [-1, 10],
        "minutes": 2,
        "pages": True,
        "sections": [
            {
                "title": {"zh": "先问", "en": "First"},
                "questions": [
                    {
                        "key": "one",
                        "type": "single",
                        "required": True,
                        "label": {"zh": "选一个", "en": "Choose"},
                        "options": [
                            {"key": "a", "label": {"zh": "甲", "en": "A"}},
                            {"key": "b", "label": {"zh": "乙", "en": "B"}},
                        ],
                    },
                    {
                        "key": "order",
                        "type": "ranking",
                        "label": {"zh": "排一排", "en": "Order"},
                        "options": [
                            {"key": "x", "label": {"zh": "开会", "en": "Meetings"}},
                            {"key": "y", "label": {"zh": "报表", "en": "Forms"}},
                        ],
                    },
                ],
            },
            {
                "title": {"zh": "再说", "en": "Then"},
                "questions": [
                    {"key": "say", "type": "long", "label": {"zh": "说两句", "en": "Say"}}
                ],
            },
        ],
        **more,
    }


def published(chromium: Browser, url: str, form: dict[str, Any]) -> str:
    page = Person(chromium, url, java_script=False).sign_in("office").open("/surveys/new")
    page.fill("#source", json.dumps(form, ensure_ascii=False))
    page.get_by_role("button", name="存为草稿").click()
    page.goto(f"{url}/surveys/manage")
    page.locator(".row", has_text=form["title"]["zh"]).get_by_role("button", name="开放").click()
    page.context.close()
    return f"/surveys/{form['slug']}"


@pytest.fixture(scope="module")
def named(chromium: Browser, demo_url: str) -> str:
    return published(chromium, demo_url, written("begun-named", "实名慢慢填", "named"))


@pytest.fixture(scope="module")
def unnamed(chromium: Browser, demo_url: str) -> str:
    return published(chromium, demo_url, written("begun-unnamed", "匿名慢慢填", "anonymous"))


def said(page: Page) -> Any:
    return page.locator("[data-begun-said]")


def stored(page: Page) -> list[str]:
    keys: list[str] = page.evaluate(
        "Object.keys(localStorage).filter((one) => one.startsWith('begun:'))"
    )
    return keys


def calm(person: Person) -> None:
    assert [one for one in person.faults if "DISCONNECTED" not in one] == []


def test_named_form_is_saved_while_it_is_filled_in(
    chromium: Browser, demo_url: str, named: str
) -> None:
    here = Person(chromium, demo_url, java_script=True).sign_in("delegate")
    page = here.open(named)
    page.get_by_label("乙").check()
    page.get_by_role("button", name="报表：排进来").click()
    page.get_by_role("button", name="开会：排进来").click()
    expect(said(page)).to_contain_text("存好了，还没有交")
    page.reload()
    expect(page.get_by_label("乙")).to_be_checked()
    expect(page.locator(".ranking__one--placed").first).to_contain_text("报表")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("说两句").fill("第二页上写的")
    page.close()  # the beacon saves what the pause did not

    there = Person(chromium, demo_url, java_script=True).sign_in("delegate")
    page = there.open("/surveys")
    row = page.locator(".row", has_text="实名慢慢填")
    expect(row).to_contain_text("填了一半")
    row.get_by_role("link").first.click()
    expect(page.locator("#step")).to_contain_text("第 2 部分")
    expect(page.get_by_label("说两句")).to_have_value("第二页上写的")
    there.check()
    page.get_by_role("button", name="交问卷").click()
    expect(page).to_have_url(f"{demo_url}{named}/thanks")
    row = there.open("/surveys").locator(".row", has_text="实名慢慢填")
    expect(row).to_contain_text("已交")
    expect(row).not_to_contain_text("填了一半")
    calm(there)


def test_named_form_outlives_a_broken_line_and_an_ended_sign_in(
    chromium: Browser, demo_url: str, named: str
) -> None:
    here = Person(chromium, demo_url, java_script=True).sign_in("expert")
    page = here.open(named)
    here.context.set_offline(True)
    page.get_by_label("乙").check()
    expect(said(page)).to_contain_text("网络不通，还没有存上")
    page.get_by_role("button", name="下一步").click()
    expect(said(page)).to_contain_text("没有网络，还没有交")
    assert stored(page)
    here.context.set_offline(False)
    expect(said(page)).to_contain_text("存好了")
    assert stored(page) == []

    kept = here.context.cookies()
    here.context.clear_cookies()
    page.get_by_label("甲").check()
    expect(said(page)).to_contain_text("登录已经结束")
    page.reload()
    expect(page).to_have_url(f"{demo_url}/login?next={named}")
    here.context.add_cookies(kept)
    page = here.open(named)
    expect(page.get_by_label("甲")).to_be_checked()
    expect(page.locator("form.survey .note")).to_contain_text("上次在这台设备上填的")
    expect(said(page)).to_contain_text("存好了")
    assert stored(page) == []
    here.faults = [one for one in here.faults if "DISCONNECTED" not in one]
    calm(here)


def test_named_form_without_a_script_is_put_aside(
    chromium: Browser, demo_url: str, named: str
) -> None:
    here = Person(chromium, demo_url, java_script=False).sign_in("supervisor")
    page = here.open(named)
    page.get_by_label("乙").check()
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("说两句").fill("没有脚本")
    page.get_by_role("button", name="先存着，以后再填").click()
    expect(page).to_have_url(f"{demo_url}/surveys")
    expect(page.locator(".row", has_text="实名慢慢填")).to_contain_text("填了一半")
    page = here.open(named)
    expect(page.get_by_label("说两句")).to_have_value("没有脚本")
    page.get_by_role("button", name="上一步").click()
    expect(page.get_by_label("乙")).to_be_checked()
    page = here.open(named)
    expect(page.locator("#step")).to_contain_text("第 1 部分")
    page.get_by_role("button", name="扔掉填了一半的").click()
    expect(page.get_by_label("乙")).not_to_be_checked()


def test_anonymous_form_stays_on_the_device(chromium: Browser, demo_url: str, unnamed: str) -> None:
    here = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = here.open(unnamed)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    expect(page.locator("[data-begun]")).to_contain_text("只存在这台设备上")
    page.get_by_label("乙").check()
    page.get_by_role("button", name="报表：排进来").click()
    page.get_by_role("button", name="开会：排进来").click()
    expect(page.get_by_role("button", name="扔掉填了一半的")).to_be_visible()
    assert [one for one in asked if one.startswith("POST")] == []
    page.reload()
    expect(page.get_by_label("乙")).to_be_checked()
    expect(page.locator(".ranking__one--placed").first).to_contain_text("报表")
    expect(page.locator("form.survey .note")).to_contain_text("上次在这台设备上填的")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("说两句").fill("只有我的设备知道")
    page = here.open(unnamed)
    page.get_by_role("button", name="接着填第 2 部分").click()
    expect(page.get_by_label("说两句")).to_have_value("只有我的设备知道")
    here.check()

    listed = here.open("/surveys").locator(".row", has_text="匿名慢慢填")
    expect(listed.locator(".chip")).to_be_visible()
    expect(listed.locator(".chip")).to_have_text("填了一半")

    # Whoever signs in after them at the same browser sees nothing of it.
    mine = here.context.cookies()
    here.context.clear_cookies()
    other = Person(chromium, demo_url, java_script=True).sign_in("delegate")
    here.context.add_cookies(other.context.cookies())
    page = here.open(unnamed)
    expect(page.get_by_label("乙")).not_to_be_checked()
    here.sees_nothing_of("上次在这台设备上填的")
    listed = here.open("/surveys").locator(".row", has_text="匿名慢慢填")
    expect(listed.locator(".chip")).to_be_hidden()
    here.context.clear_cookies()
    here.context.add_cookies(mine)

    page = here.open(unnamed)
    page.get_by_role("button", name="接着填第 2 部分").click()
    page.get_by_role("button", name="交问卷").click()
    expect(page).to_have_url(f"{demo_url}{unnamed}/receipt")
    assert stored(page) == []
    calm(here)


def test_anonymous_form_is_not_kept_by_whoever_wants_that(
    chromium: Browser, demo_url: str, unnamed: str
) -> None:
    here = Person(chromium, demo_url, java_script=True).sign_in("expert")
    page = here.open(unnamed)
    page.get_by_label("乙").check()
    expect(page.get_by_role("button", name="扔掉填了一半的")).to_be_visible()
    page.get_by_label("不在这台设备上存").check()
    assert stored(page) == []
    page.get_by_label("甲").check()
    page = here.open(unnamed)
    expect(page.get_by_label("不在这台设备上存")).to_be_checked()
    expect(page.get_by_label("甲")).not_to_be_checked()
    page.get_by_label("不在这台设备上存").uncheck()
    page.get_by_label("乙").check()
    page.get_by_role("button", name="扔掉填了一半的").click()
    expect(page.get_by_label("乙")).not_to_be_checked()
    assert stored(page) == []
    calm(here)


def test_signing_out_takes_what_is_begun_along(
    chromium: Browser, demo_url: str, unnamed: str
) -> None:
    here = Person(chromium, demo_url, java_script=True).sign_in("inspector")
    page = here.open(unnamed)
    page.get_by_label("乙").check()
    expect(page.get_by_role("button", name="扔掉填了一半的")).to_be_visible()
    assert stored(page)
    form = "form[action$='/logout']"
    page.evaluate(
        "(form) => document.querySelector(form).addEventListener('submit', (one) => one.preventDefault())",
        form,
    )
    page.evaluate("(form) => document.querySelector(form).requestSubmit()", form)
    assert stored(page) == []


def test_anonymous_form_without_a_script_says_so(
    chromium: Browser, demo_url: str, unnamed: str
) -> None:
    here = Person(chromium, demo_url, java_script=False).sign_in("supervisor")
    page = here.open(unnamed)
    expect(page.locator("form.survey > noscript p")).to_have_text(
        "浏览器没有开脚本，系统也不存没有交的：这份问卷请一次填完。"
    )
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".field__error").first).to_be_visible()
    page.get_by_label("乙").check()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="上一步").click()
    expect(page.get_by_label("乙")).to_be_checked()
