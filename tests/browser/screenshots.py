"""`make screenshots`: the pictures of the README, taken of a fresh demo."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from demo import PASSWORD
from tests.browser.conftest import FLAGS, chromium_path
from tests.serving import free_port, start, wait_for

PICTURES = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
SIZE = {"width": 1120, "height": 860}


def sign_in(page: Page, url: str, username: str) -> None:
    page.goto(f"{url}/login")
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def take(page: Page, url: str) -> None:
    sign_in(page, url, "cadre")
    page.goto(url)
    page.screenshot(path=PICTURES / "home.png")
    page.goto(f"{url}/forum/dajiatan")
    page.locator("main a[href^='/threads/']").first.click()
    page.locator(".editor__text").click()
    page.keyboard.type("附上我们单位的对照清单：合并以后从 38 项减到 11 项。")
    page.locator("form:has(.editor) button.button--main").click()
    own = page.locator(".post", has_text="附上我们单位的对照清单")
    own.wait_for()
    own.evaluate("node => node.scrollIntoView({ block: 'end' })")
    page.mouse.wheel(0, 120)
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / "thread.png")


def main() -> int:
    path = chromium_path()
    if path is None:
        print("Chromium is missing. On Debian or Ubuntu: apt install chromium fonts-noto-cjk")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process = start(Path(folder), PORT=str(port), SECRET_KEY="")
        try:
            wait_for(f"{url}/", 120)
            browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
            take(browser.new_page(viewport=SIZE, locale="zh-CN"), url)  # type: ignore[arg-type]
            browser.close()
        finally:
            process.terminate()
            process.communicate()
    print(f"Taken: {', '.join(sorted(one.name for one in PICTURES.glob('*.png')))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
