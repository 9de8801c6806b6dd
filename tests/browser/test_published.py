"""Opinions and letters that were published, in a real browser: no obstacle, nothing sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visiting import Person


@pytest.fixture(params=["zh-CN", "en"])
def visitor(request: pytest.FixtureRequest, chromium: Browser, demo_url: str) -> Iterator[Person]:
    person = Person(chromium, demo_url, java_script=True, language=request.param)
    yield person
    person.context.close()
    assert person.faults == []


def first(person: Person, start: str) -> str:
    """The address of the first thing in the page's list whose address starts like this."""
    link = person.page.locator(f"main a[href^='{start}']").first
    return link.get_attribute("href") or ""


def test_pages_of_what_is_published_hold_no_obstacle(visitor: Person) -> None:
    visitor.open("/letters/public?q=没有这样的词")
    visitor.open("/letters/public")
    letter = first(visitor, "/letters/public/")
    visitor.open(letter)
    visitor.context.clear_cookies()
    visitor.sign_in("office").open("/surveys/opinion-form/opinions")
    opinion = first(visitor, "/surveys/opinions/")
    visitor.open(opinion)
    visitor.open("/surveys/opinion-form/answers")
    visitor.open(first(visitor, "/surveys/opinion-form/answers/"))
    visitor.context.clear_cookies()
    visitor.sign_in("moderator")
    for record in (letter, opinion):
        visitor.open(record)
        for act in ("hide", "redact", "seal"):
            visitor.open(f"{record}/{act}")
    visitor.context.clear_cookies()
    visitor.sign_in("mail_office").open(letter)
    visitor.open(f"{letter}/edit")
    visitor.click(visitor.open(letter).locator("main a[href^='/letters/desk/']").first)
