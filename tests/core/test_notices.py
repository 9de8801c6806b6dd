"""Notices: kept as parameters, said in the reader's language, seen by their person alone."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from accounts.session import Stranger
from core import clock, notices
from core.db import db
from core.i18n import _l
from core.notices import Notice
from core.policy import SYSTEM
from tests.conftest import counted
from tests.people import Cast

notices.kind("test:due", _l("%(day)s到期"))


def only() -> Notice:
    return db.session.scalars(select(Notice)).one()


@pytest.fixture
def person_id(context: Flask, cast: Cast) -> int:
    return cast.id("cadre")


def test_sentence_is_made_when_it_is_read(person_id: int) -> None:
    notices.tell(person_id, "test:due", "/surveys", day="5月9日")
    db.session.commit()
    assert only().params == {"day": "5月9日"}
    assert only().sentence == "5月9日到期"
    with force_locale("en"):
        assert only().sentence == "due 5月9日"


def test_nobody_is_told_nothing(context: Flask) -> None:
    notices.tell(None, "test:due", "/surveys", day="5月9日")
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 0


def test_unknown_kind_is_refused(person_id: int) -> None:
    with pytest.raises(KeyError):
        notices.tell(person_id, "test:unknown", "/")


def test_sentence_without_its_parameter_is_refused(person_id: int) -> None:
    with pytest.raises(KeyError):
        notices.tell(person_id, "test:due", "/")


def test_notice_of_an_earlier_program_is_still_readable(person_id: int) -> None:
    db.session.add(Notice(person_id=person_id, kind="gone:kind", url="/", params={}))
    db.session.commit()
    assert only().sentence == "一条旧消息"
    only().kind = "test:due"
    assert only().sentence == "…到期"


def test_rollback_takes_it_back(person_id: int) -> None:
    notices.tell(person_id, "test:due", "/", day="x")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 0


def test_each_sees_and_marks_the_own(context: Flask, cast: Cast) -> None:
    for username in ("cadre", "cadre2"):
        notices.tell(cast.id(username), "test:due", "/", day=username)
    db.session.commit()
    cadre, other = cast.person("cadre"), cast.person("cadre2")
    assert [one.params["day"] for one in db.session.scalars(Notice.visible_to(cadre))] == ["cadre"]
    notices.mark_read(cadre)
    db.session.commit()
    assert (notices.unread_count(cadre), notices.unread_count(other)) == (0, 1)


def test_reading_keeps_the_first_moment(context: Flask, cast: Cast) -> None:
    notices.tell(cast.id("cadre"), "test:due", "/", day="x")
    cadre = cast.person("cadre")
    notices.mark_read(cadre)
    db.session.commit()
    first = only().read_at
    with clock.travel(clock.now().replace(year=2040)):
        notices.mark_read(cadre)
        db.session.commit()
    assert only().read_at == first


@pytest.mark.parametrize("actor", [SYSTEM, Stranger()])
def test_without_a_person_there_is_no_inbox(app: Flask, context: Flask, actor: object) -> None:
    with counted(app) as seen:
        assert notices.unread_count(actor) == 0  # type: ignore[arg-type]
    assert seen == []
    assert db.session.scalars(Notice.visible_to(actor)).all() == []  # type: ignore[arg-type]


def test_counting_costs_one_statement(app: Flask, context: Flask, cast: Cast) -> None:
    cast.id("cadre")
    cadre = cast.person("cadre")
    with counted(app) as seen:
        notices.unread_count(cadre)
    assert len(seen) == 1


def test_days_are_told_in_the_reader_s_language(context: Flask) -> None:
    notices.kind("test.due", _l("最迟%(due_on)s答复"))
    notice = notices.Notice(kind="test.due", params={"due_on": "2001-12-25"}, url="/")
    with context.test_request_context():
        assert notice.sentence == "最迟2001年12月25日答复"
