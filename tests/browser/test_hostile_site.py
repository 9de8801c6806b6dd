"""Hostile texts through the real forms, then every page that shows them in a real browser.

Every page without the content security policy, so that it alone must hold: in its place stand
one that reports every script and the policy itself, which only reports, too, what it would refuse.
Then one page of each kind with the policy in force: no dialog, no script but ours, no request to
another host, and no refusal by the policy of anything of our own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, make_server

from accounts.models import Person, Unit
from campaigns.models import PHASES, Campaign, glossary, latest_notice
from core import notices
from core.db import db
from core.headers import CONTENT_SECURITY_POLICY
from forum.models import Board
from letters import codes
from moderation.models import QueueItem
from tests.boards import Forum
from tests.campaigns.conftest import make as make_campaign
from tests.contracts.filled import empty_site
from tests.core.hostile import OWN, VECTORS
from tests.letters.conftest import POINTS, Post
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk, label, options

BARE = "HTTP_X_WITHOUT_POLICY"
REPORTING = "script-src 'self' 'report-sample'; object-src 'none'"
FORM_KEY = "a form's own random key, of more than forty characters"
WATCH = """
window.ran = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {
  window[name] = (...given) => { ran.push(`${name} ${given}`); };
}
document.addEventListener('securitypolicyviolation', (event) => {
  ran.push(`${event.effectiveDirective} ${event.sample || event.blockedURI}`);
});
"""
TOUCH = """() => {
  for (const element of document.querySelectorAll('main *')) {
    for (const name of ['mouseover', 'focus', 'error', 'load', 'toggle', 'pointerdown',
                        'animationend']) {
      element.dispatchEvent(new Event(name, { bubbles: false }));
    }
  }
  return window.ran;
}"""


def _vectors() -> list[str]:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS.name} is not there")
    return [one["payload"] for one in json.loads(VECTORS.read_text("utf-8"))["vectors"]]


@dataclass
class Stage:
    """The site with hostile texts wherever a text may stand, and the pages that show them."""

    app: Flask
    cast: Cast
    vectors: list[str]
    pages: list[tuple[str, str]] = field(default_factory=list)  # who opens which

    def show(self, who: str, *paths: str) -> None:
        self.pages += [(who, path) for path in paths]

    def paths(self, who: str, one_of_a_kind: bool) -> Iterable[str]:
        """What that person opens: all of it, or the first of each route."""
        match = self.app.url_map.bind("localhost").match
        own = dict.fromkeys(path for name, path in self.pages if name == who)
        kinds = {match(urlsplit(path).path)[0]: path for path in reversed(own)}
        return reversed(kinds.values()) if one_of_a_kind else own


def _heap(vectors: Iterable[str], limit: int) -> str:
    """As many whole texts in a row as the limit takes."""
    found = ""
    for one in vectors:
        if len(found) + len(one) < limit:
            found += one + "\n"
    return found


def _heaps(vectors: list[str], limit: int) -> Iterator[str]:
    """All the texts, in as many heaps as they need."""
    heap: list[str] = []
    for one in vectors:
        if sum(map(len, heap)) + len(heap) + len(one) >= limit and heap:
            yield "\n".join(heap)
            heap = []
        heap.append(one)
    yield "\n".join(heap)


def _line(text: str, limit: int) -> str:
    return " ".join(text.split())[:limit]


def _sent(visitor: Visitor, url: str, data: dict[str, Any], code: int = 302) -> str:
    answer = visitor.post(url, data)
    assert answer.status_code == code, (url, answer.status_code, data)
    return answer.location or ""


def _talk(stage: Stage) -> None:
    forum = Forum(stage.app, stage.cast)
    with stage.app.app_context():
        for board in db.session.scalars(select(Board)):
            board.description = board.description_en = _heap(stage.vectors, 300)
        db.session.commit()
    author = stage.cast.visitor("cadre")
    titled = [one for one in stage.vectors if 4 <= len(_line(one, 999)) <= 80]
    for one in titled[:20]:
        _sent(author, "/forum/chat/new", {"title": one, "body": f"正文 {one}"})
    thread = forum.start(author, "一个像样的标题", "开头说的话。", "chat")
    for one in stage.vectors:
        body = f"<p>前面的话</p>{one}<p>后面的话</p>"
        _sent(author, f"/threads/{thread}/reply", {"body": body, "body_format": "html"})
    for heap in _heaps(stage.vectors, 4_000):
        _sent(author, f"/threads/{thread}/reply", {"body": heap})
    pages = range(1, (len(stage.vectors) + 4) // 20 + 2)
    stage.show("cadre", "/", "/forum", "/forum/chat", "/forum/chat/new")
    stage.show("cadre", *(f"/threads/{thread}?page={page}" for page in pages))
    draft = {"title": titled[2], "body": _heap(stage.vectors, 9_000)}
    for place in (f"/threads/{thread}", "/forum/dajiatan"):
        _sent(author, f"{place}/draft", {**draft, "body_format": "html"})
    stage.show("cadre", f"/threads/{thread}?quote=3", f"/threads/{thread}/reply")
    stage.show("cadre", "/me/drafts", "/me/drafts/1", "/forum/dajiatan/new")
    waiting = {"title": titled[0], "body": _heap(stage.vectors, 9_000)}
    _sent(author, "/forum/dajiatan/new", waiting)
    post = forum.post(thread + 1)
    waiting = {"title": titled[1], "body": f"<p>话</p>{''.join(stage.vectors[:20])}"}
    _sent(author, f"/posts/{post}/edit", {**waiting, "body_format": "html"})
    with stage.app.app_context():
        item = db.session.scalars(select(QueueItem.id)).one()
    stage.show("moderator", "/moderation", f"/moderation/{item}")
    stage.show("cadre", f"/posts/{post}/edit", "/forum/dajiatan")


def _decide(stage: Stage) -> None:
    """What the reviewer says, and what the author reads of it."""
    forum = Forum.__new__(Forum)
    forum.app, forum.cast = stage.app, stage.cast
    with stage.app.app_context():
        item = db.session.scalars(select(QueueItem)).one()
        post, item_id, revision = item.subject_id, item.id, item.revision_id
    words = {"reason": "other", "explanation": _heap(stage.vectors, 1_900)}
    data = {"revision": str(revision), **words}
    _sent(stage.cast.visitor("moderator"), f"/moderation/{item_id}/reject", data)
    plea = {"explanation": _heap(stage.vectors[::-1], 1_900)}
    stage.show("cadre", f"/posts/{post}/history", "/notices")
    _sent(stage.cast.visitor("cadre"), f"/posts/{post}/appeal", plea)
    with stage.app.app_context():
        newest = db.session.scalars(select(QueueItem.id).order_by(QueueItem.id.desc())).first()
    stage.show("moderator", "/moderation/log", "/moderation?decided=1", f"/moderation/{newest}")


def _write(stage: Stage) -> None:
    mailbox = Post(stage.app, stage.cast)
    short = [_line(one, 80) for one in stage.vectors]
    heap = _heap(stage.vectors, 9_000)
    data = {"body": heap, "title": short[0], "anonymous": "yes", "once": FORM_KEY}
    points = [one for one in map(str.strip, short) if one][:10]
    _sent(stage.cast.visitor(), "/letters/new", {**data, "points": "\n".join(points)}, 200)
    for title in short[1:9]:
        mailbox.letter("received", title=title, body=heap, points=points)
    letter = mailbox.letter("handling", title=short[3], body=heap, points=POINTS)
    handler, signer = stage.cast.visitor("handler"), stage.cast.visitor("signer")
    desk = f"/letters/desk/{letter}"
    for note in _heaps(stage.vectors, 1_900):
        _sent(handler, f"{desk}/note", {"body": note})
    reply = {"body": heap, "closing": heap[:1_900], "answer-1": heap[:4_900], "answer-2": "好"}
    _sent(handler, f"{desk}/draft", {**reply, "version": "0"})
    drafted = f"/letters/desk/{mailbox.letter('handling', title=short[5], points=POINTS)}/draft"
    _sent(handler, drafted, {**reply, "version": "0"})
    stage.show("handler", "/letters/desk", drafted)
    _sent(handler, f"{desk}/present", {**reply, "version": "1"})
    _sent(signer, f"{desk}/sign", {"version": "1"})
    marks = {"resolved": "1", "attitude": "1", "speed": "1", "comment": heap[:900]}
    stage.show("cadre", f"/letters/{mailbox.letter('replied', title=short[6])}/rate")
    _sent(stage.cast.visitor("cadre"), f"/letters/{letter}/rate", marks)
    stage.show("mail_office", "/letters/desk", desk)
    stage.show("cadre", "/letters", f"/letters/{letter}", f"/letters/{letter}/receipt")
    with stage.app.app_context():
        code = codes.code_for(FORM_KEY)
    assert stage.cast.visitor().post("/letters/track", {"code": code}).status_code == 302


def _ask(stage: Stage) -> None:
    desk = Desk(stage.app, stage.cast)
    short = [_line(one, 390) for one in stage.vectors]
    listed = [{"key": f"o{n}", "label": label(one)} for n, one in enumerate(short[:50])]
    asked = {"key": "one", "type": "single", "label": label(short[0]), "options": listed}
    rows = [{"key": f"r{n}", "label": label(one)} for n, one in enumerate(short[-40:])]
    grid = {"key": "grid", "type": "matrix", "label": label(short[1]), "rows": rows}
    written = {"key": "text", "type": "long", "label": label(short[2]), "max_length": 5_000}
    sections = [
        {"title": label(short[3][:100]), "intro": label(_heap(stage.vectors, 1_900))},
    ]
    sections[0]["questions"] = [asked, {**grid, "options": options("a", "b")}, written]  # type: ignore[assignment]
    desk.make(
        title=label(_line(stage.vectors[4], 100)),
        intro=label(_heap(stage.vectors[::-1], 1_900)),
        sections=sections,
        results_when="always",
    )
    texts = [*_heaps(stage.vectors, 4_900), *stage.vectors][:6]
    people = ("cadre", "cadre2", "delegate", "supervisor", "expert", "leader")
    for name, text in zip(people, texts, strict=True):
        visitor = stage.cast.visitor(name)
        page = visitor.get("/surveys/work")
        right = page.text.partition('name="right" value="')[2].partition('"')[0]
        data = {"right": right, "q-one": "o1", "q-grid-r0": "a", "q-text": text}
        answer = visitor.client.post("/surveys/work/send", data=data)
        assert answer.status_code == 303, answer.text
    stage.show("moderator", "/surveys", "/surveys/work", "/surveys/work/results")
    stage.show("office", "/surveys/manage", "/surveys/work/versions", "/surveys/work/results")
    stage.show("office", "/surveys/work/answers", "/surveys/work/answers?question=text")


def _call(stage: Stage) -> None:
    campaign_id = make_campaign(stage.app)
    texts = [_line(one, 119) for one in stage.vectors]
    with stage.app.app_context():
        campaign = (
            db.session.scalars(select(Campaign).where(Campaign.id == campaign_id).options(PHASES))
            .unique()
            .one()
        )
        campaign.title = campaign.title_en = texts[0]
        campaign.lead = campaign.lead_en = _heap(stage.vectors, 600)
        for phase, text in zip(campaign.phases, texts[1:], strict=False):
            phase.title = phase.title_en = text
            phase.aim = phase.aim_en = _heap(stage.vectors, 900)
        notice = latest_notice(campaign_id)
        assert notice is not None
        for number, paragraph in enumerate(notice.paragraphs):
            paragraph.body = _heap(stage.vectors[number:], 6_000)
            if paragraph.heading:
                paragraph.heading = texts[number]
        for term in glossary(campaign_id):
            term.explanation = _heap(stage.vectors, 900)
        db.session.commit()
    slug = "/campaigns/ask"
    stage.show("office", "/campaigns", slug, f"{slug}/notice", f"{slug}/edit", f"{slug}/glossary")


def _administer(stage: Stage) -> None:
    """Names of units and people, and notices that name them."""
    admin = stage.cast.id("admin")
    with stage.app.app_context():
        units = db.session.scalars(select(Unit).order_by(Unit.id)).all()
        for unit, text in zip(units, stage.vectors, strict=False):
            unit.name = unit.name_en = _line(text, 119)
        people = db.session.scalars(select(Person).order_by(Person.id)).all()
        for person, text in zip(people, stage.vectors[::-1], strict=False):
            person.name, person.title = _line(text, 59), _line(text, 59)
        for text in stage.vectors[:25]:
            url = "javascript:alert(1)"
            notices.tell(admin, "moderation:approve", url, title=_line(text, 199))
        db.session.commit()
    person, unit = stage.cast.id("cadre"), stage.cast.unit_id("county")
    stage.show("admin", "/notices", "/me", "/admin", "/admin/people", "/admin/units")
    stage.show("admin", f"/people/{person}", f"/admin/people/{person}", f"/admin/units/{unit}")
    stage.show("admin", f"/admin/people/{person}/edit", f"/admin/units/{unit}/edit")
    stage.show("admin", f"/admin/people/{person}/grant", "/letters/new")
    for text in stage.vectors[:8]:
        stage.show("cadre", f"/search?q={quote(text[:100])}")
        stage.show("", f"/login?next={quote(text)}")
    stage.show("cadre", "/search?q=alert", "/search?q=script")
    stage.show("", "/login?next=javascript:alert(1)", "/login?next=//evil.example/")
    stage.show("admin", f"/admin/people?q={quote(stage.vectors[0])}")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    vectors = _vectors() + OWN
    with empty_site("sqlite", tmp_path_factory.mktemp("hostile"), "hostile") as app:
        made = Stage(app, Cast(app), vectors)
        for part in (_talk, _decide, _write, _ask, _call, _administer):
            part(made)
        yield made


@pytest.fixture(scope="module")
def served(stage: Stage) -> Iterator[str]:
    """The site on a port of its own; who asks for it is served without the policy."""
    wsgi = stage.app.wsgi_app

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if BARE in environ:
                headers = [one for one in headers if one[0] != "Content-Security-Policy"]
                for policy in (REPORTING, CONTENT_SECURITY_POLICY):
                    headers.append(("Content-Security-Policy-Report-Only", policy))
            return start(status, headers, *rest)

        return wsgi(environ, begin)

    server: BaseWSGIServer = make_server("127.0.0.1", 0, serve, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("is_bare", [True, False], ids=["without_policy", "with_policy"])
def test_nothing_runs_wherever_hostile_texts_show(
    stage: Stage, served: str, chromium: Browser, is_bare: bool
) -> None:
    wrong: list[str] = []
    for who in dict.fromkeys(who for who, _path in stage.pages):
        context = _context(stage, served, chromium, who, is_bare)
        page = context.new_page()
        eye = Eye(page, served)
        for path in stage.paths(who, one_of_a_kind=not is_bare):
            wrong += [f"{who or 'nobody'} {path}: {one}" for one in eye.open(served + path)]
        context.close()
    assert not wrong, "\n".join(wrong)


def test_the_eye_sees_a_script_run(stage: Stage, served: str, chromium: Browser) -> None:
    """The same texts as they were typed, in a page of no care: the eye must see many of them."""
    seen = 0
    context = _context(stage, served, chromium, "", is_bare=True)
    page = context.new_page()
    eye = Eye(page, served)
    shown = ""
    context.route(
        "**/robots.txt", lambda route: route.fulfill(body=shown, content_type="text/html")
    )
    for text in stage.vectors[:25]:
        shown = f"<!doctype html><main>{text}</main>"
        seen += bool(eye.open(f"{served}/robots.txt"))
    context.close()
    assert seen >= 5


def test_the_texts_are_really_there(stage: Stage) -> None:
    """Lest the pages hold because the texts never reached them."""
    empty = []
    for who, path in stage.pages:
        answer = stage.cast.visitor(who or None).get(path)
        assert answer.status_code == 200, path
        if path.startswith(("/threads", "/moderation/", "/surveys/work", "/letters/desk/")):
            text = unescape(answer.text)
            if "alert" not in text:
                empty.append(path)
    assert empty == []


def _context(
    stage: Stage, served: str, chromium: Browser, who: str, is_bare: bool
) -> BrowserContext:
    headers = {"X-Without-Policy": "yes"} if is_bare else {}
    context = chromium.new_context(locale="zh-CN", extra_http_headers=headers)
    context.set_default_timeout(10_000)
    context.add_init_script(WATCH)
    if who:
        cookie = stage.cast.visitor(who).client.get_cookie("session")
        assert cookie is not None
        context.add_cookies([{"name": "session", "value": cookie.value, "url": served}])
    return context


class Eye:
    """Sees what a page does besides showing itself."""

    def __init__(self, page: Page, host: str) -> None:
        self.page = page
        self.host = host
        self.seen: list[str] = []
        page.on("dialog", lambda dialog: (self.seen.append("a dialog"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.seen.append(f"script error {error}"))
        page.on("popup", lambda popup: (self.seen.append("a window"), popup.close()))
        page.on("request", self._asked)
        page.on("console", self._heard)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.host, "data:image/svg+xml", "about:")):
            self.seen.append(f"asked for {request.url}")

    def _heard(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.seen.append(message.text[:200])

    def open(self, url: str) -> list[str]:
        self.seen = []
        self.page.goto(url, wait_until="load")
        ran = self.page.evaluate(TOUCH)
        return [*self.seen, *ran]
