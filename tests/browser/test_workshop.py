"""The workshop with scripts: nothing reloads, focus stays, questions are dragged, the phone shows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import Person


@pytest.fixture
def workshop(chromium: Browser, demo_url: str) -> Page:
    """A draft of its own, of a template with five questions."""
    office = Person(chromium, demo_url, java_script=True).sign_in("office")
    page = office.open("/surveys/new")
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.locator("form:has(input[value=satisfaction]) button").click()
    page.wait_for_url("**/edit")
    return page


def order(page: Page) -> list[str | None]:
    return [one.get_attribute("data-key") for one in page.locator("[data-key]").all()]


def test_question_is_moved_by_keyboard_and_by_dragging(workshop: Page) -> None:
    page = workshop
    page.evaluate("window.isTheSame = true")
    page.locator("[data-key=q1] a").first.click()
    page.locator("button[value='down q1']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-key]").first).to_have_attribute("data-key", "q2")
    assert page.evaluate("document.activeElement.value") == "down q1"
    page.get_by_role("link", name="收起").click()
    expect(page.locator("button[value='down q1']")).to_have_count(0)
    page.locator("[data-key=q1] .meta").drag_to(page.locator("[data-key=q4] .meta"))
    expect(page.locator("#part-2 [data-key]").nth(1)).to_have_attribute("data-key", "q1")
    assert order(page) == ["q2", "q3", "q4", "q1", "q5"]
    page.locator("button[value=undo]").click()
    expect(page.locator("#part-1 [data-key]").nth(1)).to_have_attribute("data-key", "q1")
    assert order(page) == ["q2", "q1", "q3", "q4", "q5"]
    assert page.evaluate("window.isTheSame"), "the page was not loaded again"


def test_phone_shows_what_was_saved(workshop: Page) -> None:
    page = workshop
    page.locator("[data-key=q1] a").first.click()
    page.locator("#label-zh").fill("换过的说法")
    page.locator(".workshop__form .button--main").click()
    expect(page.locator("[data-key=q1] .workshop__label")).to_contain_text("换过的说法")
    phone = page.frame_locator("iframe.phone")
    expect(phone.get_by_text("换过的说法")).to_be_visible()
    assert page.locator("iframe.phone").evaluate("one => one.clientWidth") == 390


def test_fault_is_shown_without_leaving(workshop: Page) -> None:
    page = workshop
    page.locator("[data-key=q1] a").first.click()
    page.locator("#label-zh").fill("")
    page.locator("#label-en").fill("")
    page.locator(".workshop__form .button--main").click()
    expect(page.locator(".summary")).to_contain_text("缺少 label")
    expect(page.locator(".summary")).to_be_focused()


def test_workshop_holds_no_obstacle(chromium: Browser, demo_url: str, workshop: Page) -> None:
    edit = workshop.url.removeprefix(demo_url)
    office = Person(chromium, demo_url, java_script=True).sign_in("office")
    paths = (edit, f"{edit}/questions/q2", f"{edit}/form", f"{edit}/sections/1", f"{edit}/paste")
    for path in (*paths, edit.replace("/edit", "/try?as=delegate"), "/surveys/new"):
        office.open(path)
    assert office.faults == []
