"""Real Chromium for the tests of this folder: the machine's own, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.visiting import Person
from tests.conftest import missing
from tests.serving import free_port, start, wait_for

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str | None:
    """The same engine without windows where it is there: it starts and draws in half the time."""
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; open a context of your own in it."""
    path = chromium_path()
    if path is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page of a reader of Chinese; nothing is kept from the test before."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 820, "height": 900})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo as `make run` serves it: the real server, freshly filled."""
    port = free_port()
    process = start(tmp_path_factory.mktemp("demo"), SECRET_KEY="", PORT=str(port))
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/healthz", seconds=60)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=40)


Meet = Callable[[str | None], Person]


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def with_script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def meet(with_script: bool, chromium: Browser, demo_url: str) -> Iterator[Meet]:
    """`meet("cadre")` gives that person at a browser; nobody's pages may show a fault."""
    people: list[Person] = []

    def come(username: str | None) -> Person:
        person = Person(chromium, demo_url, with_script)
        people.append(person)
        return person.sign_in(username) if username else person

    yield come
    for person in people:
        person.context.close()
    assert [fault for person in people for fault in person.faults] == []
