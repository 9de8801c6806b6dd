"""The open record in a real browser: no obstacle, nothing sideways, everything without a mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visiting import Person


@pytest.fixture(params=["zh-CN", "en"])
def chief(request: pytest.FixtureRequest, chromium: Browser, demo_url: str) -> Iterator[Person]:
    person = Person(chromium, demo_url, java_script=True, language=request.param)
    yield person.sign_in("chief_moderator")
    person.context.close()
    assert person.faults == []


def test_the_record_s_pages_hold_no_obstacle(chief: Person) -> None:
    for path in ("/moderation/log", "/moderation/inquiries", "/moderation/purges", "/moderation"):
        chief.open(path)
    chief.open("/moderation/report")
    page = chief.open("/moderation/log")
    chief.click(page.locator("main .rows a").first)
    page.locator("textarea[name=body]").fill("为什么？")
    chief.click(page.locator("form[action$='/ask'] button"))
    chief.sees("为什么？")
    page = chief.open("/moderation?decided=1")
    chief.click(page.locator("main .rows a").first)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    chief.checked.clear()
    chief.check()
