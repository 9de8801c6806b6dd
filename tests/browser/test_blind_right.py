"""A right that the browser makes, blinds, has signed and unblinds, and the answer it gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from core import vendor
from tests.browser.visiting import Person
from tests.conftest import missing

VECTOR = json.loads((Path(__file__).parents[1] / "surveys/rfc9474.json").read_text())
FINALIZE = """async ({ n, msg, sig, inv, e }) => {
  const { BlindRSA } = await import("/static/vendor/blindrsa/blindrsa.js");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (one) => parseInt(one, 16));
  const text = (hex) => btoa(String.fromCharCode(...bytes(hex))).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
  const scheme = { name: "RSA-PSS", hash: "SHA-384" };
  const key = await crypto.subtle.importKey("jwk", { kty: "RSA", n: text(n), e: text(e), ext: true }, scheme, true, ["verify"]);
  const suite = new BlindRSA({ hash: "SHA-384", saltLength: 48, prepareType: 0 });
  const signed = await suite.finalize(key, bytes(msg), bytes(sig), bytes(inv));
  return Array.from(signed, (one) => one.toString(16).padStart(2, "0")).join("");
}"""
SURVEY = "/surveys/opinion-form"


@pytest.fixture(autouse=True)
def library() -> None:
    if not (vendor.VENDOR / "blindrsa/blindrsa.js").exists():
        missing("the library for blind signatures (static/vendor)")


def test_vector_of_the_standard(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/login")
    n = int(VECTOR["p"], 16) * int(VECTOR["q"], 16)
    asked = {"n": f"{n:x}", "msg": VECTOR["msg"], "e": "010001", "inv": VECTOR["inv"]}
    assert page.evaluate(FINALIZE, {**asked, "sig": VECTOR["blind_sig"]}) == VECTOR["sig"]


def stored(page: Page) -> dict[str, Any]:
    kept: dict[str, Any] = page.evaluate("({ ...localStorage })")
    return kept


def test_browser_makes_its_own_right_and_any_other_is_told(
    chromium: Browser, demo_url: str
) -> None:
    first = Person(chromium, demo_url, java_script=True).sign_in("supervisor")
    page = first.open("/surveys")
    signed = f"{SURVEY}/rights"
    with page.expect_response(lambda one: one.url.endswith(signed)) as answer:
        page.get_by_role("button", name="由这个浏览器自己造").click()
    assert answer.value.status == 200
    expect(page.locator("[data-rights-here]")).to_be_visible()
    page.wait_for_function("Object.keys(localStorage).some((one) => one.startsWith('right:'))")
    assert not [key for key in stored(page) if key.startswith("right-proposed:") and "null" in key]
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    first.open(SURVEY)
    right = page.locator('input[name="right"]').input_value()
    assert right in stored(page).values()
    assert not [url for url in asked if "/rights" in url.partition("/static/")[0]]
    first.check()
    first.unfold("怎样做到")
    expect(page.locator("[data-right-code]")).to_have_text(right)
    for java_script in (True, False):
        other = Person(chromium, demo_url, java_script=java_script).sign_in("supervisor")
        other.open(SURVEY)
        other.sees("你的答题权在另一个浏览器里")
        other.check()


def coded(chromium: Browser, demo_url: str, slug: str, count: int) -> list[str]:
    """The codes of an open survey that takes them."""
    office = Person(chromium, demo_url, java_script=False).sign_in("office")
    question = {"key": "q1", "type": "number", "label": "几次"}
    form = {
        **{"slug": slug, "title": "凭码答的问卷", "anonymity": "anonymous", "entry": "codes"},
        **{"audience": ["everyone"], "minutes": 1, "sections": [{"questions": [question]}]},
    }
    page = office.open("/surveys/new")
    page.locator("#source").fill(json.dumps(form))
    page.locator("form", has=page.locator("#source")).locator("button").first.click()
    page = office.open("/surveys/manage")
    page.locator(f'form[action="/surveys/{slug}/open"] button').click()
    page = office.open(f"/surveys/{slug}/asking")
    page.locator("#count").fill(str(count))
    office.press("做一批码，打印")
    return page.locator(".invite__code").all_text_contents()


def test_code_is_exchanged_for_a_right_that_the_server_never_saw(
    chromium: Browser, demo_url: str
) -> None:
    first, second, third = coded(chromium, demo_url, "by-code", 3)
    reader = Person(chromium, demo_url, java_script=True)
    page = reader.open(f"/surveys/by-code/enter#{first}")
    expect(page.locator("#code")).to_have_value(first)
    expect(page.locator("[data-made-here]")).to_be_visible()
    expect(page.locator("[data-made-there]")).to_be_hidden()
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.headers} {one.post_data or ''}"))
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/surveys/by-code")
    reader.check()
    right = page.locator('input[name="right"]').input_value()
    assert right in stored(page).values()
    assert not [one for one in sent if right.partition(".")[0] in one], "only when it is used"
    page.locator('input[name="q-q1"]').fill("3")
    reader.press("交问卷")
    reader.sees("答卷收到了")

    page = reader.open("/surveys/by-code/enter")  # the next one at the same computer
    page.locator("#code").fill(second)
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/surveys/by-code")
    assert page.locator('input[name="right"]').input_value() not in ("", right)

    page = reader.open("/surveys/by-code/enter")
    page.locator("#code").fill("WRNG-WRNG-WRNG")  # the form is sent as it stands, and answered
    page.get_by_role("button", name="开始填写").click()
    reader.sees("没有这个邀请码")

    plain = Person(chromium, demo_url, java_script=False)
    page = plain.open("/surveys/by-code/enter")
    plain.sees("匿名要靠你信任运行中的服务器")
    page.locator("#code").fill(first)
    page.get_by_role("button", name="开始填写").click()
    plain.sees("在别的浏览器里换过了")
    page.locator("#code").fill(third)
    plain.press("开始填写")
    assert page.locator('input[name="right"]').input_value()
    assert (reader.faults, plain.faults) == ([], [])
