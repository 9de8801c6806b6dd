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
