"""Rules of a form in the browser: the same answers as the server's, and a page that follows them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import Person
from tests.surveys.expressions import pairs

EVALUATE = """async (asked) => {
  const { evaluate, asText } = await import("/static/js/surveys/logic.js");
  return asked.map(({ tree, scope }) => {
    const value = evaluate(tree, scope);
    return `${typeof value}:${asText(value)}`;
  });
}"""


def differences(page: Page, count: int, seed: int) -> list[Any]:
    made = pairs(count, seed)
    said = page.evaluate(EVALUATE, [asked for _source, asked, _ours in made])
    return [
        (source, ours, theirs)
        for (source, _asked, ours), theirs in zip(made, said, strict=True)
        if ours != theirs
    ]


def test_both_evaluators_say_the_same(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/login")
    assert differences(page, 2_000, 1) == []


@pytest.mark.slow
def test_both_evaluators_say_the_same_of_100_000(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/login")
    for seed in range(20):
        assert differences(page, 5_000, 100 + seed) == []


def test_the_page_asks_what_is_to_be_asked(chromium: Browser, demo_url: str) -> None:
    """A question comes and goes with the answer it hangs on, and is not sent while it is gone."""
    cadre = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = cadre.open("/surveys/training-needs")
    hanging = page.locator('[data-question="q5a"]')
    expect(hanging).to_be_hidden()
    page.get_by_label("网上自学").check()
    expect(hanging).to_be_visible()
    expect(hanging).to_contain_text("您选了“网上自学”")
    page.get_by_label("没有人可以问").check()
    page.get_by_label("案例研讨").check()
    expect(hanging).to_be_hidden()
    sent = page.evaluate("[...new FormData(document.querySelector('form.survey')).keys()]")
    assert "q-q5" in sent
    assert "q-q5a" not in sent
