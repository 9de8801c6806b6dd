"""Letters and replies that everybody reads: two consents, a second person, and the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import Membership
from core import clock
from core.db import db
from letters import codes
from letters.models import Letter
from letters.public import PublicLetter
from moderation.models import QueueItem
from moderation.seal import Seal
from tests.conftest import counted
from tests.letters.conftest import Post
from tests.people import Cast, Visitor

SAID = {
    "title": "培训名额怎样公开",
    "question": "培训名额能不能公开？\n找的是▇▇▇。",
    "reply": "可以，每季度贴在公告栏。",
}
HIDDEN = "王小明"
WHY = {"explanation": "写明的理由。"}
PUBLIC = "/letters/public"
FEED = "/feeds/letters/all"
MIDNIGHT = "16:00:00+00:00"  # in Shanghai
FORM_KEY = "a form's own random key, of more than forty characters"


@pytest.fixture
def post(app: Flask, cast: Cast) -> Post:
    return Post(app, cast)


@pytest.fixture
def letter(post: Post) -> int:
    """A closed letter whose writer agrees."""
    return post.letter("closed", body=f"我是{HIDDEN}，名额能不能公开？", is_publication_agreed=True)


@pytest.fixture
def office(cast: Cast) -> Visitor:
    return cast.visitor("mail_office")


def agree(cast: Cast, letter: int, verb: str = "agree") -> None:
    answer = cast.visitor("signer").post(f"/letters/desk/{letter}/{verb}")
    assert answer.status_code == 302, answer.status_code


def prepare(cast: Cast, office: Visitor, letter: int, **changes: str) -> int:
    """Both agree, and the office hands in the version; its number."""
    agree(cast, letter)
    answer = office.post(f"/letters/desk/{letter}/publish", {**SAID, **changes})
    assert answer.status_code == 302, answer.text
    found = re.search(r"/letters/public/(\d+)", answer.location)
    assert found is not None
    return int(found[1])


def seal(app: Flask) -> int:
    """The newest seal."""
    with app.app_context():
        return db.session.scalars(select(Seal.id).order_by(Seal.id.desc())).first() or 0


def decide(app: Flask, reviewer: Visitor, verb: str, **fields: str) -> int:
    with app.app_context():
        newest = select(QueueItem.id, QueueItem.revision_id).order_by(QueueItem.id.desc())
        row = db.session.execute(newest).first()
        assert row is not None
    sent = {"revision": str(row.revision_id), **fields}
    with counted(app) as seen:
        answer = reviewer.post(f"/moderation/{row.id}/{verb}", sent)
    assert answer.status_code != 302 or len(seen) <= 20, (verb, len(seen), seen)
    return answer.status_code


def published(app: Flask, cast: Cast, office: Visitor, letter: int) -> int:
    number = prepare(cast, office, letter)
    assert decide(app, cast.visitor("moderator"), "approve") == 302
    return number


def test_a_letter_is_read_found_and_gone_again(
    app: Flask, cast: Cast, office: Visitor, letter: int
) -> None:
    nobody, writer = cast.visitor(), cast.visitor("cadre")
    assert office.get(f"/letters/desk/{letter}/publish").status_code == 409  # the unit said nothing
    number = prepare(cast, office, letter)
    page = f"{PUBLIC}/{number}"
    assert nobody.get(page).status_code in (302, 404)
    assert SAID["title"] not in nobody.get(PUBLIC).text
    moderator = cast.visitor("moderator")
    assert "来信和答复的公开稿" in moderator.get("/moderation?kind=letters%3Apublic").text
    assert decide(app, moderator, "approve") == 302
    for url in (
        PUBLIC,
        page,
        FEED,
        f"{PUBLIC}?q=公告栏",
        f"{PUBLIC}?category=other",
        "/search?q=公告栏",
    ):
        reader = writer if url.startswith("/search") else nobody
        with counted(app) as seen:
            shown = reader.get(url).text
        text = re.sub("<[^>]*>", "", shown)
        assert SAID["title"] in text, url
        assert len(seen) <= 6, (url, seen)
        assert HIDDEN not in shown
        assert str(letter) not in shown
    assert "来信和答复" in re.sub("<[^>]*>", "", writer.get("/search?q=公告栏").text)
    told = nobody.get(FEED).text  # of a letter nobody learns the minute
    assert {one[11:] for one in re.findall("<(?:updated|published)>([^<]*)", told)} == {MIDNIGHT}
    shown = nobody.get(page).text
    assert "每季度贴在公告栏" in shown
    assert "department单位" in shown
    assert page in writer.get(f"/letters/{letter}").text
    assert f"找{HIDDEN}" not in shown
    assert SAID["title"] not in nobody.get(f"{PUBLIC}?category=housing").text
    assert SAID["title"] in re.sub("<[^>]*>", "", writer.get(f"{PUBLIC}?q=名额").text)

    assert writer.post(f"/letters/{letter}/consent", {"consent": "no"}).status_code == 302
    gone = nobody.get(page)
    assert gone.status_code == 410
    for url in (PUBLIC, page, FEED, f"{PUBLIC}?q=公告栏", "/search?q=公告栏"):
        said = re.sub("<[^>]*>", "", (writer if "search" in url else nobody).get(url).text)
        assert SAID["title"] not in said, url
        assert "每季度" not in said, url
    assert cast.visitor("cadre2").get(page).status_code == 410
    with app.app_context():
        item = db.session.scalars(select(QueueItem.id)).one()
    for url in (f"/moderation/{item}", "/moderation?decided=1"):
        shown = cast.visitor("chief_moderator").get(url)
        assert shown.status_code == 200
        assert "每季度" not in shown.text, url
        assert SAID["title"] not in shown.text, url
    shown = office.get(page).text
    assert "已经撤下" in shown
    assert "写信人没有同意公开" in shown
    assert f"{page}/edit" not in shown
    assert office.get(f"/letters/public/{number}/edit").status_code == 409  # no consent, no version


def test_whose_word_takes_it_back(app: Flask, cast: Cast, office: Visitor, letter: int) -> None:
    number = published(app, cast, office, letter)
    page, nobody = f"{PUBLIC}/{number}", cast.visitor()
    agree(cast, letter, "object")
    assert nobody.get(page).status_code == 410
    agree(cast, letter)
    assert office.post(f"{page}/edit", SAID).status_code == 302
    assert decide(app, cast.visitor("moderator"), "approve") == 302
    assert nobody.get(page).status_code == 200
    for name in ("cadre2", "handler", "admin", "moderator"):
        assert cast.visitor(name).post(f"{page}/withdraw").status_code == 403, name
    assert office.post(f"{page}/withdraw").status_code == 302
    assert nobody.get(page).status_code == 410
    assert SAID["title"] not in nobody.get(PUBLIC).text


def test_consent_taken_back_while_it_waits_ends_the_item(
    app: Flask, cast: Cast, office: Visitor, letter: int
) -> None:
    prepare(cast, office, letter)
    moderator = cast.visitor("moderator")
    assert cast.visitor("cadre").post(f"/letters/{letter}/consent").status_code == 302
    assert decide(app, moderator, "approve") == 409
    assert SAID["title"] not in moderator.get("/moderation").text


def test_neither_preparer_nor_anybody_concerned_reviews_it(
    app: Flask, cast: Cast, office: Visitor, post: Post
) -> None:
    letter = post.letter("closed", writer="cadre2", is_publication_agreed=True)
    names = ("mail_office", "cadre2", "handler", "signer")
    with app.app_context():
        for name in names:
            where = {"person_id": cast.id(name), "unit_id": cast.unit_id("region")}
            since = clock.today()
            db.session.add(Membership(role="chief_moderator", valid_from=since, **where))
        db.session.commit()
    prepare(cast, cast.visitor("mail_office"), letter)
    for name in names:
        reviewer = cast.visitor(name)
        assert decide(app, reviewer, "approve") in (403, 404), name
        if name != "mail_office":
            assert SAID["title"] not in reviewer.get("/moderation").text, name
            assert reviewer.get("/moderation/next").location.endswith("/moderation")
    assert decide(app, cast.visitor("moderator"), "approve") == 302


def test_a_restricted_letter_is_never_prepared(
    app: Flask, cast: Cast, office: Visitor, letter: int
) -> None:
    agree(cast, letter)
    with app.app_context():
        db.session.get_one(Letter, letter).is_restricted = True
        db.session.commit()
    assert office.post(f"/letters/desk/{letter}/publish", SAID).status_code in (403, 409)
    with app.app_context():
        assert db.session.scalars(select(PublicLetter)).all() == []


def test_names_and_numbers_are_pointed_out(
    app: Flask, cast: Cast, office: Visitor, letter: int
) -> None:
    agree(cast, letter)
    words = {**SAID, "question": "请找cadre2同志，电话 13800138000。"}
    cast.id("cadre2")
    sent = office.post(f"/letters/desk/{letter}/publish", words)
    assert sent.status_code == 422
    assert "手机号码" in sent.text
    assert "像是姓名" in sent.text


def test_returned_mended_rejected_appealed_sealed(
    app: Flask, cast: Cast, office: Visitor, letter: int
) -> None:
    moderator, chief, nobody = (
        cast.visitor(name) for name in ("moderator", "chief_moderator", None)
    )
    page = f"{PUBLIC}/{prepare(cast, office, letter)}"
    assert decide(app, moderator, "return", **WHY) == 302
    assert WHY["explanation"] in office.get(page).text
    form = office.get(f"{page}/edit").text
    assert "每季度贴在公告栏" in form
    assert office.post(f"{page}/edit", {**SAID, "reply": "每月贴一次。"}).status_code == 302
    assert decide(app, moderator, "reject", reason="private", **WHY) == 302
    assert office.post(f"{page}/appeal", WHY).status_code == 302
    assert decide(app, chief, "overturn", **WHY) == 302
    assert "每月贴一次" in nobody.get(page).text
    flaggers = [cast.visitor(name) for name in ("cadre2", "delegate", "supervisor")]
    for flagger in flaggers:
        assert flagger.post(f"{page}/flag", {"reason": "private"}).status_code in (302, 409)
    assert moderator.post(f"{page}/seal", {**WHY, "sure": "y"}).status_code == 302
    for visitor in (nobody, office, chief):
        assert "每月贴一次" not in visitor.get(page).text
    assert chief.post(f"/moderation/seals/{seal(app)}/unseal", WHY).status_code == 302
    assert "每月贴一次" in nobody.get(page).text
    log = cast.visitor("cadre2").get("/moderation/log").text
    assert "公开的来信和答复" in log
    assert "每月贴一次" not in log


def test_the_unnamed_writer_says_yes_and_no_without_a_trace(
    app: Flask, cast: Cast, office: Visitor, post: Post
) -> None:
    """By the code; no event, no person, no moment of what the writer did."""
    letter = post.letter("closed", writer=None, is_publication_agreed=False)
    code = _code(app, letter)
    writer = cast.visitor()
    assert writer.post("/letters/track", {"code": code}).status_code == 302
    assert "同意隐去个人信息后公开" in writer.get(f"/letters/{letter}").text
    before = _rows(app)
    assert writer.post(f"/letters/{letter}/consent", {"consent": "yes"}).status_code == 302
    assert _rows(app) == before
    number = prepare(cast, office, letter)
    before = _rows(app)
    assert writer.post(f"/letters/{letter}/consent", {"consent": "no"}).status_code == 302
    after = _rows(app)
    assert after["journal_events"] == before["journal_events"]
    assert after["notices"] == before["notices"]
    with app.app_context():
        item = db.session.scalars(select(QueueItem)).one()
        assert item.closed_at == clock.start_of(clock.today())
    assert cast.visitor().get(f"{PUBLIC}/{number}").status_code in (302, 404)


def _code(app: Flask, letter: int) -> str:
    """A tracking code for the letter: the test's own key takes the place of the form's."""
    with app.app_context():
        code = codes.code_for(FORM_KEY)
        row: Any = db.session.get_one(Letter, letter)
        row.tracking_digest = codes.tracking_digest(code)
        db.session.commit()
        return code


def _rows(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {
            name: db.session.scalar(select(db.func.count()).select_from(table)) or 0
            for name, table in db.metadata.tables.items()
            if name in ("journal_events", "notices", "jobs", "letter_messages", "submissions")
        }


def test_a_reviewer_hides_or_covers_what_was_published(
    app: Flask, cast: Cast, office: Visitor, letter: int
) -> None:
    page = f"{PUBLIC}/{published(app, cast, office, letter)}"
    moderator, nobody = cast.visitor("moderator"), cast.visitor()
    with counted(app) as seen:
        shown = moderator.get(page).text
    assert len(seen) <= 8, seen
    for verb in ("hide", "redact", "seal"):
        assert f"{page}/{verb}" in shown
        for name in ("cadre", "mail_office", "handler"):
            assert cast.visitor(name).post(f"{page}/{verb}", WHY).status_code == 403, (name, verb)
    assert f"{page}/hide" not in nobody.get(page).text
    assert f"/letters/desk/{letter}" in office.get(page).text
    assert f"/letters/desk/{letter}" not in shown
    with app.app_context():  # the signer reviews, too, but not a reply of one's own
        where = {"person_id": cast.id("signer"), "unit_id": cast.unit_id("region")}
        since = clock.today()
        db.session.add(Membership(role="chief_moderator", valid_from=since, **where))
        db.session.commit()
    signer = cast.visitor("signer")
    for verb in ("hide", "redact"):
        assert signer.post(f"{page}/{verb}", WHY).status_code == 403, verb
    found = re.search(r'name="revision"[^>]*value="(\d+)"', moderator.get(f"{page}/redact").text)
    assert found is not None
    sent = {"revision": found[1], "passages": "每季度", **WHY}
    assert moderator.post(f"{page}/redact", sent).status_code == 302
    assert "▇▇▇贴在公告栏" in nobody.get(page).text
    assert moderator.post(f"{page}/hide", {"reason": "private", **WHY}).status_code == 302
    assert nobody.get(page).status_code == 410
    assert SAID["title"] not in nobody.get(PUBLIC).text


def test_a_seal_isolates_the_letter_itself(
    app: Flask, cast: Cast, office: Visitor, letter: int
) -> None:
    page = f"{PUBLIC}/{published(app, cast, office, letter)}"
    desk, moderator = f"/letters/desk/{letter}", cast.visitor("moderator")
    workers = [cast.visitor(name) for name in ("handler", "signer")]
    assert [one.get(desk).status_code for one in workers] == [200, 200]
    assert "原来的信和答复同时隔离" in moderator.get(f"{page}/seal").text
    assert moderator.post(f"{page}/seal", {**WHY, "sure": "y"}).status_code == 302
    assert [one.get(desk).status_code for one in workers] == [404, 404]
    assert "原信随之隔离" in office.get("/notices").text
    shown = office.get(desk).text
    assert "这封信随之隔离" in shown
    assert page in shown
    assert cast.visitor("cadre").get(f"/letters/{letter}").status_code == 200
    chief = cast.visitor("chief_moderator")
    found = f"/moderation/seals/{seal(app)}"
    assert "原来的信和答复同时隔离" in chief.get(found).text
    assert chief.post(f"{found}/unseal", WHY).status_code == 302
    assert [one.get(desk).status_code for one in workers] == [200, 200]
    assert "每季度贴在公告栏" in cast.visitor().get(page).text

    assert moderator.post(f"{page}/seal", {**WHY, "sure": "y"}).status_code == 302
    assert office.post(f"{desk}/release").status_code == 302  # nothing was found in the letter
    assert [one.get(desk).status_code for one in workers] == [200, 200]
    assert office.post(f"{desk}/release").status_code == 409
    assert chief.post(f"/moderation/seals/{seal(app)}/unseal", WHY).status_code == 302
    assert "每季度贴在公告栏" in cast.visitor().get(page).text
