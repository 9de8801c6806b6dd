"""A person at a real browser before the real server: signs in, clicks, reads, and notices faults.

On every page that is opened it looks at what must hold everywhere: no script error, no refusal by
the content security policy, no request to another host, no sideways scrolling on a phone, and,
where JavaScript runs, no fault found by axe.
"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from demo import PASSWORD

PHONE, DESK = 390, 1440
# What an element is to axe: where it stands, its name, its classes, what its attributes are.
SHAPES = """() => [...new Set([...document.querySelectorAll('body, body *')].map((one) => [
    one.parentElement.localName, one.localName, one.className, one.getAttribute('role'),
    ...one.getAttributeNames().filter((name) => name !== 'open'),
].join(' ')))]"""


class Person:
    """One browser with its own cookies."""

    # The kinds of pages that axe looked at, in which language, and the shapes that it met on each;
    # and the kinds of which it looked at the colours: these are the same in every language.
    checked: ClassVar[dict[tuple[str, str], set[str]]] = {}
    coloured: ClassVar[set[str]] = set()
    # Cookies of those who signed in once, by site and name.
    signed_in: ClassVar[dict[tuple[str, str], Any]] = {}

    def __init__(self, browser: Browser, url: str, java_script: bool, language: str = "zh-CN"):
        self.url = url
        self.java_script = java_script
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=java_script,
            locale=language,
            viewport={"width": DESK, "height": 900},
        )
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.language = language
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message: object) -> None:
        text = getattr(message, "text", "")
        if getattr(message, "type", "") == "error" and "status of 4" not in text:
            self.faults.append(f"{urlsplit(self.page.url).path}: {text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "about:")):
            self.faults.append(f"a request left the host: {request.url}")

    def sign_in(self, username: str) -> Person:
        """With the form the first time, and later with what it gave. Nobody may sign out."""
        if kept := self.signed_in.get((self.url, username)):
            self.context.add_cookies(kept)
            return self
        self.open("/login")
        form = self.page.locator("form", has=self.page.locator("#password"))
        form.locator("#username").fill(username)
        form.locator("#password").fill(PASSWORD)
        form.locator("button").click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        self.signed_in[self.url, username] = self.context.cookies()
        return self

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.check()
        return self.page

    def press(self, name: str) -> None:
        """Click a button by its words, and look at the page it leads to."""
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str, *, exact: bool = False) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=exact).first)

    def click(self, thing: Locator) -> None:
        """Click what leads to another page (or to this one again), and look at that."""
        with self.page.expect_navigation():
            thing.click()
        self.check()

    def unfold(self, words: str) -> None:
        self.page.locator("summary", has_text=words).click()

    def sees(self, *words: str) -> None:
        for one in words:
            expect(self.page.locator("body")).to_contain_text(one)

    def sees_nothing_of(self, words: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(words)

    def check(self) -> None:
        """Look at the page as it stands, once for each kind of page and whatever it shows anew."""
        if not self.java_script:
            return
        path = self.page.url.removeprefix(self.url).partition("#")[0]
        kind = "/".join("#" if part.isdigit() else part for part in path.split("/"))
        shapes = set(self.page.evaluate(SHAPES))
        met = self.checked.get((self.language, kind))
        if met is None or shapes - met:
            self.checked[self.language, kind] = shapes | (met or set())
            self._look_with_axe(with_colours=kind not in self.coloured)
            self.coloured.add(kind)
            self._look_on_a_phone()

    def _look_with_axe(self, with_colours: bool) -> None:
        rules = {"color-contrast": {"enabled": with_colours}}
        found = Axe().run(self.page, options={"rules": rules, "resultTypes": ["violations"]})
        for violation in found.response["violations"]:
            places = [node["html"][:160] for node in violation["nodes"][:3]]
            self.faults.append(f"{self.page.url}: {violation['id']}: {places}")

    def _look_on_a_phone(self) -> None:
        self.page.set_viewport_size({"width": PHONE, "height": 800})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > PHONE:
            self.faults.append(f"{self.page.url} scrolls sideways at {PHONE} px: {wide}")
        self.page.set_viewport_size({"width": DESK, "height": 900})
