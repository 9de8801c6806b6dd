"""Hostile texts in a real browser without a security policy: the cleaners alone must hold.

Each input is cooked both ways and shown wherever text stands in a page. A policy that only
reports tells of every script that starts; every request is caught; the same eye sees the raw
inputs run, so that it is known to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import pytest
from jinja2 import Environment
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

from core.text import clean_line, cook, excerpt, highlight, plain, rich
from tests.core.hostile import OWN, TAGS, vectors

SITE = "http://dajiatan.example/"
PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{{ line }}</title></head>
<body>
<main id="content">{{ html|rich }}</main>
<div id="plain">{{ plain_html|rich }}</div>
<p id="attributes" title="{{ line }}" data-text='{{ source }}' lang="{{ line }}">{{ excerpt }}</p>
<p id="marked">{{ marked }}</p>
<input id="field" value="{{ source }}"><textarea id="area">{{ source }}</textarea>
<pre id="words">{{ words }}</pre>
<p id="last">末</p>
</body></html>"""
RAW = "<!doctype html><title>x</title><main id='content'>{{ source|rich }}</main>"

# Counts what starts in the page and asks every element what it would do.
WATCH = """
window.seen = [];
document.addEventListener('securitypolicyviolation', (event) => {
  seen.push(`${event.effectiveDirective} ${event.sample || event.blockedURI}`);
});
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {
  window[name] = (...given) => { seen.push(`${name} ${given}`); };
}
"""
TRY = """() => {
  for (const place of document.querySelectorAll('#content, #plain')) {
    place.innerHTML = place.innerHTML;  // what a second reading makes of it
  }
  for (const element of document.querySelectorAll('#content *, #plain *')) {
    for (const name of ['mouseover', 'mouseenter', 'focus', 'blur', 'error', 'load', 'toggle',
                        'pointerdown', 'dragstart', 'animationiteration', 'transitionend']) {
      element.dispatchEvent(new Event(name, { bubbles: true }));
    }
    if (!element.closest('a')) element.click?.();
  }
}"""
LEFT = """(allowed) => {
  const found = [];
  for (const element of document.querySelectorAll('#content *, #plain *')) {
    const tag = element.localName;
    if (!allowed.includes(tag)) found.push(tag);
    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(`foreign ${tag}`);
    if (getComputedStyle(element).position !== 'static') found.push(`overlay ${tag}`);
    for (const attribute of element.attributes) {
      const name = attribute.name;
      if (!['class', 'dir', 'start', 'colspan', 'rowspan', 'href', 'rel'].includes(name)) {
        found.push(`${tag} ${name}`);
      }
    }
    if (tag === 'a' && !['http:', 'https:', 'mailto:'].includes(element.protocol)) {
      found.push(element.href);
    }
  }
  const body = [...document.body.children].map((element) => element.id).join(' ');
  if (body !== 'content plain attributes marked field area words last') found.push(`body: ${body}`);
  if (document.forms.length || document.images.length || document.scripts.length) {
    found.push('forms, images or scripts');
  }
  if (document.querySelector('#marked :not(mark)')) found.push('tags in the marked text');
  return found;
}"""

READ = """() => [document.title, document.querySelector('#attributes').title,
               document.querySelector('#marked').textContent, document.querySelector('#area').value]"""


@dataclass
class Stage:
    """A page that shows what it is given and keeps what happens."""

    context: BrowserContext
    page: Page
    requests: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    html: str = ""

    def answer(self, route: Route) -> None:
        if route.request.url == SITE and route.request.is_navigation_request():
            route.fulfill(
                body=self.html,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy-Report-Only": "script-src 'report-sample'"},
            )
            return
        if not route.request.url.endswith("/favicon.ico"):
            self.requests.append(route.request.url)
        route.abort()

    def show(self, html: str) -> list[str]:
        """What ran or was asked for while the page stood and its elements were touched."""
        self.html = html
        self.requests.clear()
        self.events.clear()
        try:
            self.page.goto(SITE)
            self.page.evaluate(TRY)
            self.events += self.page.evaluate("() => seen")
        except Error as fault:  # the page went elsewhere under our hands
            self.events.append(fault.message)
            self.page.close()
            self.page = self.context.new_page()
        if len(self.context.pages) > 1:
            self.events.append("a window of its own")
        return [*self.events, *(f"request {url}" for url in self.requests)]


@pytest.fixture(scope="module")
def stage(chromium: Browser) -> Iterator[Stage]:
    context = chromium.new_context(locale="zh-CN")
    context.set_default_timeout(10_000)
    context.add_init_script(WATCH)
    made = Stage(context, context.new_page())
    context.on("dialog", lambda dialog: (made.events.append("dialog"), dialog.dismiss()))
    context.on("weberror", lambda error: made.events.append(f"error {error.error}"))
    context.route("**/*", made.answer)
    yield made
    context.close()


environment = Environment(autoescape=True)
environment.filters["rich"] = rich


def shown(source: str) -> str:
    """The input everywhere a text may stand, as the site shows it."""
    html = cook(source, "html")
    line = clean_line(source, 100_000)
    return environment.from_string(PAGE).render(
        source=source,
        line=line,
        html=html,
        plain_html=cook(source, "plain"),
        excerpt=excerpt(html, 80),
        marked=highlight(line, ["alert", "<", "script"]),
        words=plain(html),
    )


@pytest.mark.parametrize("payloads", [lambda: OWN, vectors], ids=["own", "collected"])
def test_nothing_runs_nothing_foreign_is_left_and_texts_stand(
    stage: Stage, payloads: Callable[[], list[str]]
) -> None:
    for payload in payloads():
        happened = stage.show(shown(payload))
        assert happened == [], payload
        assert stage.page.evaluate(LEFT, sorted(TAGS)) == [], payload
        if payloads() is OWN:
            line = clean_line(payload, 100_000)
            assert stage.page.evaluate(READ) == [line, line, line, payload]  # as it was typed


@pytest.mark.parametrize(
    ("payloads", "least"), [(lambda: OWN, 15), (vectors, 20)], ids=["own", "collected"]
)
def test_the_eye_sees_the_same_inputs_run_raw(
    stage: Stage, payloads: Callable[[], list[str]], least: int
) -> None:
    template = environment.from_string(RAW)
    running = (one for one in payloads() if stage.show(template.render(source=one)))
    assert len(list(islice(running, least))) == least
