"""What does not hold is refused in words, keeps what was typed, and leaves nothing behind.

Each form is sent with fields missing, far too long, of the wrong kind, with broken characters,
with a forged token, for something that is not there; in both languages. Nothing may break, and no
table may have a row more.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from campaigns.models import Campaign
from campaigns.proposals import Proposal
from core.db import SAFE_METHODS, db
from forum.models import Post, Thread
from letters.models import Letter
from moderation.inquiries import Inquiry
from moderation.models import QueueItem, Revision
from moderation.second_review import SecondReview
from tests.contracts.filled import Filled, rows_of
from tests.people import Visitor

REFUSALS = {400, 403, 404, 409, 413, 422}
KEPT = "这句话是我刚才写的"
LONG = "很长很长的话。"
NESTED = "<div>" * 5_000 + "深处"
HAN = re.compile("[\u4e00-\u9fff]")
LANGUAGES = {"zh_Hans": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Form:
    """A form: who sends it where. `texts` are its fields of words with their limits, the first of
    them required unless `optional`; `kinds` the fields that take only some values."""

    who: str | None
    url: str
    texts: dict[str, int] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    fixed: dict[str, str] = field(default_factory=dict)
    optional: bool = False
    secret: frozenset[str] = frozenset()  # fields whose words no page repeats


WORDS = {"body": 20_000}


def forms(site: Filled) -> Iterator[Form]:
    """Every form there is, each for a record on which it can be sent."""
    with site.app.app_context():
        plain = select(Letter.state, Letter.id).where(Letter.is_restricted.is_(False))
        letter = {row.state: row.id for row in db.session.execute(plain)}
        openings = (
            select(Revision.state, Post.id)
            .join(Post, Post.latest_revision_id == Revision.id)
            .where(Post.number == 1)
        )
        post = {row.state: row.id for row in db.session.execute(openings)}
        rejected = db.session.scalars(
            select(Post.id)
            .join(Revision, Post.latest_revision_id == Revision.id)
            .where(Revision.state == "rejected")
        ).first()
        flagged = db.session.scalars(
            select(Post.id).where(Post.public_revision_id.is_not(None)).order_by(Post.id)
        ).first()
        thread = db.session.scalars(
            select(Thread.id).where(Thread.published_at.is_not(None))
        ).first()
        item = db.session.scalars(select(QueueItem.id).where(QueueItem.state == "open")).first()
        closed = db.session.scalars(
            select(QueueItem.id).where(QueueItem.state == "decided")
        ).first()
        inquiry, entry = db.session.execute(
            select(Inquiry.id, Inquiry.decision_id).where(Inquiry.state == "asked")
        ).one()
        second = db.session.scalars(
            select(SecondReview.id).where(SecondReview.state == "drawn")
        ).one()
        campaign = db.session.scalars(select(Campaign).where(Campaign.slug == "open")).one()
        version = {"version": str(campaign.version)}
        openly = Proposal.public_revision_id.is_not(None)
        proposal = {
            row.state: row.id
            for row in db.session.execute(select(Proposal.state, Proposal.id).where(openly))
        }
    person, county = site.cast.id("cadre2"), site.cast.unit_id("county")
    desk = "/letters/desk/{}/{}".format
    mine = "/letters/{}/{}".format

    secrets = frozenset({"password", "new_password", "repeat", "code"})
    yield Form(None, "/login", {"username": 60, "password": 60}, secret=secrets)
    yield Form(
        None,
        "/recover",
        {"username": 200, "code": 200, "new_password": 60, "repeat": 60},
        secret=secrets,
    )
    passwords = {"password": 60, "new_password": 60, "repeat": 60}
    yield Form("cadre", "/me/password", passwords, secret=secrets)

    yield Form("cadre", "/forum/dajiatan/new", {"title": 80, **WORDS})
    yield Form("cadre", f"/threads/{thread}/reply", WORDS)
    yield Form("cadre", f"/posts/{post['pending']}/edit", {"title": 80, **WORDS})
    for verb in ("/forum/dajiatan/{}", f"/threads/{thread}/{{}}"):
        yield Form("cadre2", verb.format("preview"), WORDS)
    yield Form("cadre", f"/posts/{rejected}/appeal", {"explanation": 2_000})
    hide = {"explanation": 2_000}
    yield Form("moderator", f"/posts/{post['published']}/hide", hide, ("reason",))
    flag = {"words": 500}
    yield Form("cadre2", f"/posts/{flagged}/flag", flag, ("reason",), optional=True)
    moves = {"move": {"why": 300}, "split": {"numbers": 500, "title": 80, "why": 300}}
    for verb, texts in {**moves, "merge": {"into": 200, "why": 300}}.items():
        kinds = ("board",) if verb == "move" else ()
        yield Form("moderator", f"/threads/{thread}/{verb}", texts, kinds)
    yield Form("moderator", f"/threads/{thread}/lock", {"why": 300})
    yield Form("moderator", f"/threads/{thread}/unpin", {"why": 300}, optional=True)
    kept = {"note": 300}
    yield Form("cadre2", f"/posts/{flagged}/bookmark", kept, ("remind_on",), optional=True)
    cover = {"passages": 2_000, "explanation": 2_000}
    yield Form("moderator", f"/posts/{post['published']}/redact", cover)
    yield Form("moderator", f"/moderation/{item}/redact", cover)
    yield Form("moderator", f"/moderation/{item}/remarks", {"explanation": 2_000, "remark-1": 500})
    fields = {"title": 60, "words": 1_000, "title_en": 60, "words_en": 1_000}
    yield Form("chief_moderator", "/moderation/templates", fields, ("verb", "reason_code"))
    amend = {"explanation": 2_000, **WORDS}
    yield Form("moderator", f"/moderation/{item}/amend", amend)
    for verb in ("return", "reject"):
        kinds = ("reason",) if verb == "reject" else ()
        yield Form("moderator", f"/moderation/{item}/{verb}", {"explanation": 2_000}, kinds)

    url = f"/moderation/second/{second}/reject"
    yield Form("chief_moderator", url, {"explanation": 2_000}, ("reason",), optional=True)
    yield Form("moderator", f"/moderation/{item}/escalate", {"explanation": 2_000})
    yield Form("moderator", f"/moderation/{closed}/purge", {"explanation": 2_000})
    yield Form("chief_moderator", f"/moderation/{closed}/hold", {"explanation": 2_000})
    yield Form("moderator", f"/moderation/{item}/seal", {"explanation": 500})
    yield Form("moderator", f"/posts/{post['published']}/seal", {"explanation": 500})
    yield Form("chief_moderator", "/moderation/seals/1/open", {"reason": 500})
    yield Form("chief_moderator", "/moderation/seals/1/unseal", {"explanation": 500})
    yield Form("cadre", f"/moderation/log/{entry}/ask", {"body": 500})
    yield Form("chief_moderator", f"/moderation/inquiries/{inquiry}/answer", {"answer": 2_000})

    texts = {"title": 80, **WORDS, "points": 2_000}
    yield Form("cadre", "/letters/new", texts, ("category", "unit"))
    yield Form(None, "/letters/new", texts, ("category", "unit"), {"anonymous": "yes"})
    yield Form(None, "/letters/track", {"code": 60}, secret=secrets)
    yield Form("cadre", mine(letter["needs_info"], "answer"), {"body": 5_000})
    yield Form("cadre", mine(letter["declined"], "appeal"), {"body": 5_000})
    yield Form("cadre", mine(letter["received"], "withdraw"), {"body": 1_000}, optional=True)
    marks = ("resolved", "attitude", "speed")
    yield Form("cadre", mine(letter["replied"], "rate"), {"comment": 1_000}, marks)
    yield Form("cadre", mine(letter["rated"], "reopen"), {"body": 5_000})
    office, screening = "mail_office", letter["screening"]
    yield Form(office, desk(screening, "accept"), kinds=("letter_kind",))
    yield Form(office, desk(screening, "ask"), {"body": 2_000})
    yield Form(office, desk(screening, "redirect"), {"body": 2_000, "body_name": 120})
    yield Form(office, desk(screening, "decline"), {"body": 2_000}, ("reason",))
    yield Form(office, desk(letter["accepted"], "assign"), kinds=("unit",))
    yield Form(office, desk(letter["assigned"], "recall"), {"body": 1_000})
    yield Form(office, desk(screening, "note"), {"body": 2_000})
    yield Form("handler", desk(letter["claimed"], "hand_back"), {"body": 1_000})
    reply = {"body": 10_000, "closing": 2_000, "answer-1": 5_000}
    for verb in ("draft", "present"):
        kinds = ("outcome-1", "version")
        url = desk(letter["reply_draft"], verb)
        yield Form("handler", url, reply, kinds, optional=True)
    yield Form("signer", desk(letter["sign_off"], "send_back"), {"body": 1_000})
    yield Form("signer", desk(letter["sign_off"], "sign"), kinds=("version",))

    yield Form("office", "/surveys/new", {"source": 1_000_000})
    yield Form("office", "/surveys/draft/versions", {"source": 1_000_000})
    yield Form("office", "/surveys/new/paste", {"source": 200_000}, fixed={"do": "take"})
    workshop, now = "/surveys/manage/draft/edit", {"seen": "0"}
    yield Form("office", workshop, kinds=("do",), fixed=now)
    words = {"label-zh": 400, "hint-zh": 400, "hint-en": 400}
    asked = f"{workshop}/questions/one"
    yield Form("office", asked, words, ("relevant", "constraint"), {**now, "label-en": ""})
    words = {"title-zh": 120, "intro-zh": 2_000}
    kinds = ("minutes", "anonymity", "audience", "results_when", "opens_on", "closes_on")
    head = {**now, "title-en": "", "minutes": "6", "anonymity": "anonymous", "audience": "everyone"}
    yield Form("office", f"{workshop}/form", words, kinds, head)
    yield Form("office", f"{workshop}/sections/1", words, ("relevant",), now, optional=True)
    yield Form("office", f"{workshop}/paste", {"source": 200_000}, fixed={**now, "do": "take"})
    yield Form("office", "/surveys/codes/codes", {"name": 60}, ("count",))
    yield Form("leader", "/surveys/codes/enter", {"code": 60}, secret=frozenset({"code"}))
    kinds = ("q-one", "q-many", "q-grid-x", "q-num", "q-when", "q-rate")
    yield Form("leader", "/surveys/named", {"q-text": 100, "q-brief": 20}, kinds)
    yield Form("leader", "/surveys/named/begun", {"q-text": 100_000}, optional=True)
    for verb in ("right", "send"):
        yield Form("leader", f"/surveys/open/{verb}", {"right": 200}, secret=frozenset({"right"}))
    for verb in ("receipt", "receipt/change", "receipt/withdraw"):
        yield Form("leader", f"/surveys/open/{verb}", {"receipt": 200})

    newcomer = {"name": 60, "username": 60, "unit": 120, "title": 60}
    dates = ("role", "since", "until")
    yield Form("admin", "/admin/people/new", newcomer, dates)
    edit = f"/admin/people/{person}/edit"
    yield Form("admin", edit, {"name": 60, "unit": 120, "title": 60}, ("version",))
    yield Form("admin", f"/admin/people/{person}/grant", {"unit": 120}, dates)
    yield Form("admin", "/admin/people/import")
    names = {"name": 120, "name_en": 120}
    unit = f"/admin/units/{county}"
    yield Form("admin", f"{unit}/add", {**names, "key": 60}, ("kind", "from_day"))
    yield Form("admin", f"{unit}/edit", names, ("kind", "version"))
    yield Form("admin", f"{unit}/move", {"parent": 120}, ("from_day", "version"))
    yield Form("admin", f"{unit}/close", kinds=("from_day", "version"))
    texts = {"title": 120, "lead": 600, "phases-0-title": 120, "phases-0-aim": 1_000}
    kinds = ("starts_on", "ends_on", "phases-0-starts_on")
    yield Form("office", "/campaigns/open/edit", texts, kinds, version)
    texts = {"terms-0-term": 40, "terms-0-explanation": 1_000}
    texts = {"title": 80, **WORDS}
    yield Form("cadre", "/campaigns/open/proposals/new", texts, ("unit",))
    yield Form("cadre", f"/proposals/{proposal['open']}/edit", texts, ("unit",))
    yield Form("leader", f"/proposals/{proposal['open']}/decide", {"reason": 2_000}, ("outcome",))
    yield Form("cadre2", f"/proposals/{proposal['open']}/flag", flag, ("reason",), optional=True)
    yield Form("moderator", f"/proposals/{proposal['open']}/redact", cover)
    yield Form("moderator", f"/proposals/{proposal['open']}/hide", hide, ("reason",))
    texts = {"terms-0-term": 40, "terms-0-explanation": 1_000}
    # An emptied term is taken out, so that nothing is missing.
    yield Form("office", "/campaigns/open/glossary", texts, (), version, optional=True)


def faulty(form: Form) -> Iterator[tuple[str, dict[str, str]]]:
    """What is wrong, and the form with it; every one of these must be refused."""
    kept = dict.fromkeys(form.texts, KEPT)
    if not form.optional:
        yield "missing", {**form.fixed, **kept, **dict.fromkeys([*form.texts][:1], "")}
    for name, limit in form.texts.items():
        yield f"{name} too long", {**form.fixed, **kept, name: LONG + "x" * limit}
    for name in form.kinds:
        yield f"{name} of no kind", {**form.fixed, **kept, name: f"{KEPT}<b>"}
    if not form.optional and form.texts:
        yield "only what nobody sees", {**form.fixed, **dict.fromkeys(form.texts, "\0\u200b\0")}
    if "body" in form.texts and form.url.startswith(("/forum", "/threads", "/posts")):
        yield "nested", {**form.fixed, **kept, "body": NESTED, "body_format": "html"}


def _send(
    site: Filled, visitor: Visitor, form: Form, data: dict[str, str], language: str
) -> TestResponse:
    visitor.client.set_cookie("language", language)
    return visitor.post(form.url, data, headers={"Sec-Fetch-Site": "same-origin"})


def test_bad_input_is_refused_in_words_and_changes_nothing(filled: Filled) -> None:
    visitors: dict[str | None, Visitor] = {}
    wrong: list[str] = []
    before = rows_of(filled.app)
    number = 0
    for form in forms(filled):
        visitor = visitors.setdefault(form.who, filled.visitor(form.who))
        for what, data in faulty(form):
            number += 1
            language = ("zh_Hans", "en")[number % 2]
            answer = _send(filled, visitor, form, data, language)
            wrong += [
                f"{form.url} {what} ({language}): {fault}"
                for fault in _faults(form, answer, data, language)
            ]
        after = rows_of(filled.app)
        wrong += [
            f"{form.url}: {after[name] - before[name]} more rows in {name}"
            for name in before
            if before[name] != after[name]
        ]
        before = after
    assert not wrong, "\n".join(wrong)


def _faults(form: Form, answer: TestResponse, data: dict[str, str], language: str) -> Iterator[str]:
    if answer.status_code not in REFUSALS:
        yield f"answered {answer.status_code}"
        return
    said = sentences(answer)
    if not said:
        yield f"{answer.status_code} without a sentence"
    if language == "en" and any(HAN.search(one.replace(KEPT, "")) for one in said):
        yield f"not in English: {said}"
    if language == "zh_Hans" and not any(HAN.search(one) for one in said):
        yield f"not in Chinese: {said}"
    if answer.status_code in (400, 422):
        page = unescape(answer.text)
        for name in form.texts.keys() - form.secret:
            words = data.get(name, "").strip("\0\u200b")[:200]
            if words and words not in page:
                yield f"what stood in {name} is gone"


def sentences(answer: TestResponse) -> list[str]:
    """What the page says is wrong: beside the fields and above them, else its heading."""
    beside = re.findall(r'<p class="field__error"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    above = re.findall(r'<div class="summary".*?</div>', answer.text, re.DOTALL)
    found = beside + above or re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]+>", " ", one)).split()) for one in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forged_token_is_refused_and_gives_back_what_was_typed(
    filled: Filled, language: str
) -> None:
    before = rows_of(filled.app)
    visitors: dict[str | None, Visitor] = {}
    for form in forms(filled):
        if form.url.endswith(("/send", "/enter")) or "/receipt" in form.url:
            continue  # its right to answer, its code or its receipt is the proof
        visitor = visitors.setdefault(form.who, filled.visitor(form.who))
        data = {**dict.fromkeys(form.texts, KEPT), "csrf_token": "forged"}
        answer = _send(filled, visitor, form, data, language)
        assert answer.status_code == 400, form.url
        assert bool(HAN.search(sentences(answer)[0])) == (language == "zh_Hans"), form.url
        if form.texts.keys() - form.secret:
            assert KEPT in answer.text, form.url
    assert rows_of(filled.app) == before


def test_broken_characters_break_nothing(filled: Filled) -> None:
    """Half characters, as bytes that are no UTF-8; too many of them, so that nothing is kept."""
    before = rows_of(filled.app)
    for form in forms(filled):
        visitor = filled.visitor(form.who)
        texts = {name: b"\xed\xa0\x80\xff" * (limit + 1) for name, limit in form.texts.items()}
        if not texts or max(form.texts.values()) > 20_000:
            continue
        body = urlencode({**texts, "csrf_token": visitor.token()})
        answer = visitor.client.post(
            form.url, data=body, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in REFUSALS, (form.url, answer.status_code)
    assert rows_of(filled.app) == before


# A file under a name that it does not deserve, for each form that takes files.
FILES: tuple[tuple[str, str, str, bytes], ...] = (
    ("admin", "/admin/people/import", "people.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
    ("admin", "/admin/people/import", "people.xlsx", "姓名,用户名\n".encode()),
    ("admin", "/admin/people/import", "people.xlsx", b"PK\x03\x04broken"),
    ("admin", "/admin/people/import", "people.exe", b"MZ"),
    ("admin", "/admin/people/import", "people.csv", b""),
    ("office", "/surveys/new", "survey.json", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
    ("office", "/surveys/new", "survey.json", b'{"slug": ' + b"[" * 100_000),
    ("office", "/surveys/new", "survey.xlsx", b"{}"),
    ("office", "/surveys/draft/versions", "survey.json", b"%PDF-1.7"),
    ("office", "/surveys/new/paste", "form.docx", b"PK\x03\x04broken"),
    ("office", "/surveys/manage/draft/edit/paste", "form.docx", b"%PDF-1.7"),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("who", "url", "name", "data"), FILES, ids=[f"{url} {name}" for _, url, name, _ in FILES]
)
def test_a_file_that_is_not_what_its_name_says(
    filled: Filled, who: str, url: str, name: str, data: bytes, language: str
) -> None:
    visitor = filled.visitor(who)
    visitor.client.set_cookie("language", language)
    before = rows_of(filled.app)
    answer = visitor.post(url, {"file": (io.BytesIO(data), name)})
    assert answer.status_code == 422
    said = " ".join(sentences(answer)).replace(name, "")
    assert bool(HAN.search(said)) == (language == "zh_Hans"), said
    assert rows_of(filled.app) == before


def test_a_request_that_is_too_large(filled: Filled) -> None:
    visitor = filled.visitor("admin")
    large = b"x" * (filled.app.config["MAX_UPLOAD_MB"] * 1024 * 1024 + 1)
    for language in LANGUAGES:
        visitor.client.set_cookie("language", language)
        answer = visitor.post("/admin/people/import", {"file": (io.BytesIO(large), "people.csv")})
        assert answer.status_code == 413
        assert bool(HAN.search(sentences(answer)[0])) == (language == "zh_Hans")


def test_what_is_not_there(filled: Filled) -> None:
    """Every unsafe route with ids that name nothing: 404, for whoever may do the most."""
    before = rows_of(filled.app)
    for who in ("office", "admin", "mail_office", "moderator"):
        visitor = filled.visitor(who)
        for url in _nowhere(filled.app):
            assert visitor.post(url).status_code == 404, (who, url)
    assert rows_of(filled.app) == before


def _nowhere(app: Flask) -> Iterator[str]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.arguments and (rule.methods or set()) - SAFE_METHODS:
            values: dict[str, Any] = {}
            for name in rule.arguments:
                converter = rule._converters[name]
                items = getattr(converter, "items", None)
                values[name] = next(iter(items)) if items else 999_999
            yield adapter.build(rule.endpoint, values, method="POST")
