"""Anonymous means unlinkable: what a letter without a name leaves behind, and what it does not."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from accounts.models import SignIn
from core import clock, keys
from core.db import db
from core.journal import JournalEvent
from core.mail import Mail
from core.notices import Notice
from letters import access, codes
from letters.models import Letter, LetterMessage
from tests.conftest import counted
from tests.letters.conftest import Post
from tests.letters.test_answer_every_letter import CODE, form_key, written
from tests.mailing import Mails, address, work
from tests.people import Cast, Visitor

Dump = dict[str, set[tuple[Any, ...]]]


def dump(app: Flask) -> Dump:
    """Every row of every table, whatever the models say."""
    found: Dump = {}
    with app.app_context():
        inspector = sa.inspect(db.engine)
        tables = set(inspector.get_table_names())
        if db.engine.dialect.name == "sqlite":
            tables |= {"sqlite_sequence"} & set(
                db.session.scalars(sa.text("SELECT name FROM sqlite_master"))
            )
        for table in sorted(tables):
            rows = db.session.execute(sa.text(f'SELECT * FROM "{table}"'))
            found[table] = {tuple(map(repr, row)) for row in rows}
    return found


def news(before: Dump, after: Dump) -> Dump:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def send(visitor: Visitor, **more: str) -> Any:
    once = more.pop("once", None) or form_key(visitor)
    return visitor.post("/letters/new", written(once=once, anonymous="yes", **more))


def code_in(answer: Any) -> str:
    found = CODE.search(answer.text)
    assert found is not None, answer.text
    return found.group()


def test_nothing_links_a_signed_in_persons_unnamed_letter(
    app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    cadre = cast.visitor("cadre")
    once = form_key(cadre)
    before = dump(app)
    with counted(app) as statements, caplog.at_level(logging.DEBUG):
        answer = send(cadre, once=once)
    added = news(before, dump(app))

    assert answer.status_code == 200
    assert set(added) == {"letters", "letter_points"}
    (row,) = added["letters"]
    with app.app_context():
        digest = db.session.scalars(sa.select(SignIn.digest)).one()
        letter = db.session.scalars(sa.select(Letter)).one()
        people = [one.key for one in Letter.__table__.columns if "people.id" in repr(one)]
        assert {getattr(letter, one) for one in people} == {None}
        assert {"writer_id", "handler_id"} <= set(people)
        assert letter.received_on == clock.today()
        moments = [
            column.key
            for column in Letter.__table__.columns
            if isinstance(getattr(letter, column.key), datetime)
        ]
        assert moments == []
    for value in [*row, *(value for point in added["letter_points"] for value in point)]:
        assert not any(secret in value for secret in (digest, "cadre", once, code_in(answer)))
    # Nobody asked who is signed in, so nothing that watches statements can tell either.
    assert not [one for one in statements if "sign_ins" in one or "people" in one]
    assert not caplog.records
    assert "cadre同志" not in answer.text
    cookies = answer.headers.getlist("Set-Cookie")
    assert [one.split("=")[0] for one in cookies] == [access.COOKIE]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_what_an_unnamed_writer_does_later_leaves_a_day_and_no_event(
    app: Flask, cast: Cast, post: Post
) -> None:
    letters = {
        "answer": post.letter("needs_info", writer=None),
        "appeal": post.letter("declined", writer=None),
        "withdraw": post.letter("screening", writer=None),
        "rate": post.letter("replied", writer=None),
        "reopen": post.letter("rated", writer=None),
    }
    said = {"body": "前年。", "resolved": "1", "attitude": "2", "speed": "3"}
    for verb, letter_id in letters.items():
        cadre = cast.visitor("cadre")
        with app.app_context():
            digest = codes.tracking_digest("0" * 20)
            db.session.execute(
                sa.update(Letter)
                .where(Letter.tracking_digest == digest)
                .values(tracking_digest=keys.digest("spent", verb))
            )
            db.session.execute(
                sa.update(Letter).where(Letter.id == letter_id).values(tracking_digest=digest)
            )
            db.session.commit()
        with counted(app) as statements:
            assert cadre.post("/letters/track", {"code": "0" * 20}).status_code == 302
        assert not [one for one in statements if "sign_ins" in one or "people" in one]
        before = dump(app)
        with counted(app) as statements:
            assert cadre.post(f"/letters/{letter_id}/{verb}", said).status_code == 302, verb
        added = news(before, dump(app))
        assert set(added) <= {"letters", "letter_messages", "letter_ratings"}, verb
        assert not [one for one in statements if "sign_ins" in one or "people" in one], verb
    with app.app_context():
        by_writer = db.session.scalars(
            sa.select(LetterMessage).where(LetterMessage.is_from_writer)
        ).all()
        assert len(by_writer) == 4
        assert all(one.at is None and one.author_id is None for one in by_writer)
        verbs = set(db.session.scalars(sa.select(JournalEvent.verb)))
        assert not verbs & {*letters, "submit"}


def test_the_database_refuses_a_link(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter(writer=None)
    links: list[dict[str, Any]] = [
        {"writer_id": cast.id("cadre")},
        {"received_at": clock.now()},
        {"is_anonymous": False},
    ]
    for link in links:
        with app.app_context(), pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.update(Letter).where(Letter.id == letter_id).values(link))
    moment = {"letter_id": letter_id, "number": 1, "purpose": "answer", "is_from_writer": True}
    moment |= {"body": "x", "written_on": date(2026, 1, 1), "at": clock.now()}
    with app.app_context(), pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(LetterMessage).values(moment))


def test_the_order_of_arrival_is_not_kept(app: Flask, post: Post) -> None:
    ids = [post.letter(writer=None) for _ in range(12)]
    assert ids != sorted(ids)
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return
        for table in ("letter_points", "letter_messages", "letter_ratings"):
            sql = db.session.scalars(
                sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}
            ).one()
            assert "WITHOUT ROWID" in sql
        rowids = db.session.scalars(sa.text("SELECT rowid FROM letters ORDER BY rowid")).all()
        assert list(rowids) == sorted(ids)


def test_sending_the_form_again_shows_the_same_code(app: Flask, cast: Cast) -> None:
    stranger = cast.visitor()
    once = form_key(stranger)
    first, second = send(stranger, once=once), send(stranger, once=once)
    assert code_in(first) == code_in(second)
    changed = send(stranger, once=once, body="改过的内容")
    assert "先前已经寄出过" in changed.text
    with app.app_context():
        assert db.session.scalars(sa.select(Letter.body)).all() == ["经过是这样的。"]


def test_sending_the_form_in_parallel_makes_one_letter(app: Flask, cast: Cast) -> None:
    stranger = cast.visitor()
    once, token = form_key(stranger), stranger.token()
    cookie = stranger.client.get_cookie("session")
    assert cookie is not None

    def one(_number: int) -> str:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        return code_in(
            client.post("/letters/new", data=written(once=once, anonymous="yes", csrf_token=token))
        )

    with ThreadPoolExecutor(16) as pool:
        shown = set(pool.map(one, range(32)))
    assert len(shown) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Letter)) == 1


def test_a_weak_form_key_opens_nobodys_letter(cast: Cast) -> None:
    first, second = cast.visitor(), cast.visitor()
    assert code_in(send(first, once="a")) != code_in(send(second, once="a"))


def test_a_code_is_kept_nowhere(app: Flask, cast: Cast) -> None:
    stranger = cast.visitor()
    answer = send(stranger)
    code = code_in(answer)
    kept = repr(dump(app))
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert code not in repr(answer.headers)


def test_a_wrong_code_opens_nothing(cast: Cast) -> None:
    stranger = cast.visitor()
    for typed in ("", "short", "U" * 20, "0" * 20, "查询码查询码", "0" * 61):
        answer = stranger.post("/letters/track", {"code": typed})
        assert answer.status_code == 422, typed
        assert access.COOKIE not in repr(answer.headers)


def test_a_code_is_read_as_people_type_it(app: Flask, cast: Cast) -> None:
    stranger = cast.visitor()
    code = code_in(send(stranger))
    full_width = code.translate({ord(one): ord(one) + 0xFEE0 for one in code if one != "-"})
    for typed in (code, code.lower(), code.replace("-", ""), code.replace("0", "o"), full_width):
        assert cast.visitor().post("/letters/track", {"code": typed}).status_code == 302, typed


def test_a_pass_opens_its_letter_alone_and_ends(app: Flask, cast: Cast, post: Post) -> None:
    mine, other = cast.visitor(), cast.visitor()
    answer = send(mine)
    letter_id = int(re.search(r'href="/letters/(\d+)"', answer.text).group(1))  # type: ignore[union-attr]
    other_id = post.letter(writer=None)
    assert mine.get(f"/letters/{letter_id}").status_code == 200
    assert mine.get(f"/letters/{other_id}").location == "/letters/track"
    assert mine.post(f"/letters/{other_id}/withdraw").status_code == 401
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if access.COOKIE in one)
    assert "Path=/letters;" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age=1800" in cookie
    value = mine.client.get_cookie(access.COOKIE, path="/letters").value  # type: ignore[union-attr]
    other.client.set_cookie(access.COOKIE, value[:-2] + "xx", path="/letters")
    assert other.get(f"/letters/{letter_id}").location == "/letters/track"


def test_a_pass_is_worth_nothing_after_half_an_hour(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = cast.visitor()
    letter_id = int(re.search(r'href="/letters/(\d+)"', send(stranger).text).group(1))  # type: ignore[union-attr]
    monkeypatch.setattr(access, "SECONDS", -1)
    assert stranger.get(f"/letters/{letter_id}").location == "/letters/track"


def test_a_pass_does_not_open_a_named_letter(app: Flask, cast: Cast, post: Post) -> None:
    named = post.letter()
    stranger = cast.visitor()
    with app.test_request_context():
        value = access._signer().dumps(named)
    stranger.client.set_cookie(access.COOKIE, value, path="/letters")
    assert stranger.get(f"/letters/{named}").status_code in (302, 404)
    assert stranger.post(f"/letters/{named}/withdraw").status_code in (401, 404)
    assert post.state(named) == "received"


def test_too_many_unnamed_letters_in_an_hour_are_refused_with_their_text(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "ANONYMOUS_LETTERS_PER_HOUR", 2)
    stranger = cast.visitor()
    assert [send(stranger).status_code for _ in range(2)] == [200, 200]
    before = dump(app)
    refused = send(stranger, body="没有寄出的话")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert news(before, dump(app)) == {}


def test_a_repeated_form_shows_its_code_although_the_hour_is_full(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "ANONYMOUS_LETTERS_PER_HOUR", 1)
    stranger = cast.visitor()
    once = form_key(stranger)
    assert code_in(send(stranger, once=once)) == code_in(send(stranger, once=once))


def test_the_hour_passes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from letters import writing

    monkeypatch.setitem(app.config, "ANONYMOUS_LETTERS_PER_HOUR", 1)
    now = [0.0]
    monkeypatch.setattr(writing, "monotonic", lambda: now[0])
    with app.app_context():
        allowance = writing.Allowance()
        allowance.spend()
        with pytest.raises(writing.TooMany):
            allowance.spend()
        now[0] = 3600.0
        allowance.spend()


def test_a_signed_in_person_keeps_the_sign_in(cast: Cast) -> None:
    cadre = cast.visitor("cadre")
    send(cadre)
    assert "cadre同志" in cadre.get("/letters").text


def test_the_office_by_code_is_a_writer_and_at_the_desk_the_office(cast: Cast, post: Post) -> None:
    office = cast.visitor("mail_office")
    answer = send(office)
    letter_id = int(re.search(r'href="/letters/(\d+)"', answer.text).group(1))  # type: ignore[union-attr]
    assert "撤回来信" in office.get(f"/letters/{letter_id}").text
    assert "内部批注" in office.get(f"/letters/desk/{letter_id}").text


def test_a_named_letter_stays_named_for_who_says_so(app: Flask, cast: Cast) -> None:
    cadre = cast.visitor("cadre")
    cadre.post("/letters/new", written(once=form_key(cadre), anonymous="no"))
    with app.app_context():
        letter = db.session.scalars(sa.select(Letter)).one()
        assert letter.writer_id == cast.id("cadre")
        assert letter.received_at is not None
        assert letter.tracking_digest is None
        assert letter.received_at - clock.now() < timedelta(minutes=1)


def test_no_mail_follows_an_unnamed_letter(app: Flask, cast: Cast, mails: Mails) -> None:
    """Whoever wrote it signed in, with an address, and wants everything at once."""
    address(app, cast, "cadre", "mail_office", "minister")
    assert send(cast.visitor("cadre")).status_code == 200
    work(app)
    assert mails.all() == []
    with app.app_context():
        assert db.session.scalars(sa.select(Mail)).all() == []
        assert db.session.scalars(sa.select(Notice)).all() == []
