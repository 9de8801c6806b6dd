"""The desk's verbs: what each does, who may not, what the writer learns and never learns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts.models import Membership
from core import clock, journal, workdays
from core.db import db
from core.notices import Notice
from core.policy import SYSTEM, allows
from letters import handling
from letters.models import Letter
from tests.letters.conftest import POINTS, Post, load
from tests.people import Cast

SAID = {
    "letter_kind": "ordinary",
    "body": "写给写信人的话",
    "body_name": "民政局",
    "reason": "in_court",
    "version": "1",
    "answer-1": "可以",
    "outcome-1": "answered",
    "answer-2": "可以",
    "outcome-2": "answered",
}
# verb: (a state it leads on from, who does it, where it leads)
VERBS = {
    "screen": ("received", "mail_office", "screening"),
    "ask": ("screening", "mail_office", "needs_info"),
    "resume": ("needs_info", "mail_office", "screening"),
    "accept": ("screening", "mail_office", "accepted"),
    "redirect": ("screening", "mail_office", "redirected"),
    "decline": ("screening", "mail_office", "declined"),
    "assign": ("accepted", "mail_office", "assigned"),
    "claim": ("assigned", "handler", "claimed"),
    "hand_back": ("claimed", "handler", "accepted"),
    "recall": ("handling", "mail_office", "accepted"),
    "begin": ("claimed", "handler", "handling"),
    "draft": ("handling", "handler", "reply_draft"),
    "present": ("reply_draft", "handler", "sign_off"),
    "send_back": ("sign_off", "signer", "reply_draft"),
    "sign": ("sign_off", "signer", "replied"),
    "close": ("rated", "mail_office", "closed"),
}
DESK = ("mail_office", "handler", "signer", "minister")


def _said(cast: Cast, verb: str) -> dict[str, str]:
    said = {**SAID, "unit": str(cast.unit_id("department"))}
    return said | {"version": "0"} if verb == "draft" else said


@pytest.fixture
def _many(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "LETTERS_PER_DAY", 100)


@pytest.mark.usefixtures("_many")
def test_each_verb_leads_where_the_table_says(cast: Cast, post: Post) -> None:
    visitors = {name: cast.visitor(name) for name in DESK}
    repeats = {"draft": 302, "recall": 409, "hand_back": 404}
    for verb, (state, name, target) in VERBS.items():
        letter_id = post.letter(state)
        url, visitor = f"/letters/desk/{letter_id}/{verb}", visitors[name]
        assert visitor.get(url).status_code in (200, 405), verb  # a page, or a mere button
        assert visitor.post(url, _said(cast, verb)).status_code == 302, verb
        assert post.state(letter_id) == target
        again = visitor.post(url, _said(cast, verb))
        assert again.status_code == repeats.get(verb, 409), verb


@pytest.mark.usefixtures("_many")
def test_each_verb_is_closed_to_everybody_else(cast: Cast, post: Post) -> None:
    names = ("cadre", "cadre2", "admin", "leader", *DESK)
    visitors = {name: cast.visitor(name) for name in names}
    stranger = cast.visitor()
    for verb, (state, name, _target) in VERBS.items():
        letter_id = post.letter(state)
        url, said = f"/letters/desk/{letter_id}/{verb}", _said(cast, verb)
        for other, visitor in visitors.items():
            if other != name:
                assert visitor.post(url, said).status_code in (403, 404), (verb, other)
        assert stranger.post(url, said).status_code == 401, verb
        assert post.state(letter_id) == state


def test_what_one_handler_has_claimed_another_leaves_alone(
    app: Flask, cast: Cast, post: Post
) -> None:
    """handler2 serves the same unit and reads the letter, but it is not handler2's."""
    other = cast.visitor("handler2")
    for verb, state in {
        "hand_back": "claimed",
        "begin": "claimed",
        "draft": "handling",
        "present": "reply_draft",
    }.items():
        letter_id = post.letter(state)
        assert other.get(f"/letters/desk/{letter_id}").status_code == 200
        answer = other.post(f"/letters/desk/{letter_id}/{verb}", _said(cast, verb))
        assert answer.status_code == 403, verb
        assert post.state(letter_id) == state
        with app.app_context():
            letter, permission = load(letter_id), f"letters:letter:{verb}"
            assert not allows(cast.person("handler2"), permission, letter), verb
            assert allows(cast.person("handler"), permission, letter), verb


def test_a_restricted_letter_goes_to_no_unit(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("accepted")
    with app.app_context():
        db.session.execute(update(Letter).where(Letter.id == letter_id).values(is_restricted=True))
        db.session.commit()
    answer = cast.visitor("mail_office").post(
        f"/letters/desk/{letter_id}/assign", _said(cast, "assign")
    )
    assert answer.status_code == 403
    assert post.state(letter_id) == "accepted"


def test_rules_count_a_role_at_the_very_unit_alone(app: Flask, cast: Cast, post: Post) -> None:
    """The rule itself, beside visible_to: neither a unit below nor one above counts."""
    letter_id = post.letter("assigned")
    cast.id("handler")
    with app.app_context():
        handler, letter = cast.person("handler"), load(letter_id)
        assert allows(handler, "letters:letter:claim", letter)
        for unit in ("region", "county", "office"):
            letter.unit_id = cast.unit_id(unit)
            assert not allows(handler, "letters:letter:claim", letter), unit
        letter.unit_id = cast.unit_id("department")
        handler.current[0].unit_id = cast.unit_id("region")
        assert not allows(handler, "letters:letter:claim", letter)
        db.session.rollback()


def test_time_alone_lets_a_rating_lapse(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("replied")
    for name in DESK:
        cast.id(name)
    with app.app_context():
        letter = load(letter_id)
        for name in (*DESK, "cadre"):
            assert not allows(cast.person(name), "letters:letter:lapse", letter), name
        assert allows(SYSTEM, "letters:letter:lapse", letter)


def test_words_are_asked_for(cast: Cast, post: Post) -> None:
    for verb in ("ask", "redirect", "decline", "hand_back", "recall"):
        state, name, _target = VERBS[verb]
        letter_id = post.letter(state)
        answer = cast.visitor(name).post(f"/letters/desk/{letter_id}/{verb}", {"body": "  "})
        assert answer.status_code == 422, verb
        assert "field__error" in answer.text
        assert post.state(letter_id) == state


def test_notes_and_reasons_never_reach_the_writer(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("assigned")
    desk, secret = f"/letters/desk/{letter_id}", "绝不能让写信人看到"
    office, handler, signer = map(cast.visitor, ("mail_office", "handler", "signer"))
    office.post(f"{desk}/note", {"body": secret})
    handler.post(f"{desk}/hand_back", {"body": secret})
    office.post(f"{desk}/assign", {"unit": str(cast.unit_id("department"))})
    handler.post(f"{desk}/claim")
    handler.post(f"{desk}/present", {**SAID, "version": "0"})
    signer.post(f"{desk}/send_back", {"body": secret})
    handler.post(f"{desk}/note", {"body": secret, "once": "k" * 40})
    handler.post(f"{desk}/note", {"body": secret, "once": "k" * 40})
    assert handler.get(desk).text.count(secret) == 4
    cadre = cast.visitor("cadre")
    for url in (f"/letters/{letter_id}", f"/letters/{letter_id}/receipt", "/letters", "/"):
        assert secret not in cadre.get(url, follow_redirects=True).text
    with app.app_context():
        assert secret not in repr([one.params for one in db.session.scalars(select(Notice))])


def test_drafts_reach_the_writer_when_signed_alone(cast: Cast, post: Post) -> None:
    letter_id = post.letter("reply_draft", writer=None)
    named = post.letter("sign_off")
    assert "可以。" not in cast.visitor("cadre").get(f"/letters/{named}").text
    assert "可以。" in cast.visitor("signer").get(f"/letters/desk/{named}").text
    assert letter_id != named


def test_sign_off_waits_until_each_point_has_words(cast: Cast, post: Post) -> None:
    letter_id = post.letter("handling")
    handler, url = cast.visitor("handler"), f"/letters/desk/{letter_id}/present"
    for version, lacking in enumerate(("", "  \u3000 \n")):
        answer = handler.post(url, {**SAID, "version": str(version), "answer-2": lacking})
        assert answer.status_code == 422
        assert "这一项还没有答复" in answer.text
        assert post.state(letter_id) == "reply_draft"  # what was written is kept as a draft
    assert handler.post(url, {**SAID, "version": "1"}).status_code == 302
    assert post.state(letter_id) == "sign_off"


def test_no_back_door_past_an_unanswered_point(context: Flask, cast: Cast, post: Post) -> None:
    letter = load(post.letter("handling"))
    handler = cast.person("handler")
    handling.draft(letter, handler, "", {1: ("answered", "好"), 2: ("declined", " ")}, 0)
    with pytest.raises(handling.Unanswered) as lack:
        handling.present(letter, handler)
    assert lack.value.points == [2]


def test_an_outcome_that_is_none_is_refused(cast: Cast, post: Post) -> None:
    letter_id = post.letter("handling")
    said = {**SAID, "version": "0", "outcome-1": "ignored"}
    answer = cast.visitor("handler").post(f"/letters/desk/{letter_id}/draft", said)
    assert answer.status_code == 422
    assert post.state(letter_id) == "handling"


def test_nobody_signs_the_own_draft(app: Flask, cast: Cast, post: Post) -> None:
    """A handler who is also a signer of the unit, and drafted one version of it."""
    letter_id = post.letter("sign_off")
    with app.app_context():
        db.session.add(
            Membership(
                person_id=cast.id("handler"),
                unit_id=cast.unit_id("department"),
                role="signer",
                valid_from=clock.today() - timedelta(days=1),
            )
        )
        db.session.commit()
    both = cast.visitor("handler")
    assert both.post(f"/letters/desk/{letter_id}/sign", {"version": "1"}).status_code == 403
    assert both.post(f"/letters/desk/{letter_id}/send_back", {"body": "x"}).status_code == 403
    assert post.state(letter_id) == "sign_off"


def test_a_signature_belongs_to_the_version_that_was_read(cast: Cast, post: Post) -> None:
    letter_id = post.letter("sign_off")
    desk = f"/letters/desk/{letter_id}"
    signer, handler = cast.visitor("signer"), cast.visitor("handler")
    signer.post(f"{desk}/send_back", {"body": "第一项再写清楚"})
    assert handler.post(f"{desk}/present", {**SAID, "answer-1": "改过"}).status_code == 302
    assert signer.post(f"{desk}/sign", {"version": "1"}).status_code == 409
    assert signer.post(f"{desk}/sign").status_code == 409
    assert post.state(letter_id) == "sign_off"
    assert signer.post(f"{desk}/sign", {"version": "2"}).status_code == 302


def test_a_restricted_letter_stays_with_the_office(cast: Cast, post: Post) -> None:
    letter_id = post.letter("screening", title="有人买官卖官")
    desk = f"/letters/desk/{letter_id}"
    office, minister = cast.visitor("mail_office"), cast.visitor("minister")
    assert "可能属于 12380 受理的事" in office.get(desk).text
    assert "有人买官卖官" in minister.get("/letters/desk").text
    assert office.post(f"{desk}/restrict").status_code == 302
    assert office.post(f"{desk}/restrict").status_code == 409
    assert minister.get(desk).status_code == 404
    assert "有人买官卖官" not in minister.get("/letters/desk").text
    assert office.post(f"{desk}/accept", SAID).status_code == 403
    assert office.post(f"{desk}/release").status_code == 302
    assert office.post(f"{desk}/accept", SAID).status_code == 302
    assert office.post(f"{desk}/restrict").status_code == 409
    assert post.state(letter_id) == "accepted"


def test_the_writer_reads_of_12380_when_the_words_say_so(cast: Cast, post: Post) -> None:
    letter_id = post.letter(body="我们单位提拔干部有问题。")
    receipt = cast.visitor("cadre").get(f"/letters/{letter_id}/receipt").text
    assert "信里提到“提拔”" in receipt
    other = post.letter(writer="cadre2")
    assert "信里提到" not in cast.visitor("cadre2").get(f"/letters/{other}/receipt").text


def test_an_appealed_letter_is_refused_by_the_minister_alone(cast: Cast, post: Post) -> None:
    letter_id = post.letter("declined")
    cadre, office, minister = map(cast.visitor, ("cadre", "mail_office", "minister"))
    page, desk = f"/letters/{letter_id}", f"/letters/desk/{letter_id}"
    assert "申诉" in cadre.get(page).text
    assert cadre.post(f"{page}/appeal", {"body": "不是案子"}).status_code == 302
    assert office.post(f"{desk}/decline", SAID).status_code == 403
    assert "申诉" in minister.get("/letters/desk?heap=appeal").text
    assert minister.post(f"{desk}/decline", SAID).status_code == 302
    assert cadre.post(f"{page}/appeal", {"body": "再一次"}).status_code == 403
    assert post.state(letter_id) == "declined"


def test_an_appeal_comes_too_late(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("declined")
    with app.app_context():
        long_ago = clock.today() - timedelta(days=30)
        db.session.execute(
            update(Letter).where(Letter.id == letter_id).values(declined_on=long_ago)
        )
        db.session.commit()
    cadre = cast.visitor("cadre")
    assert cadre.post(f"/letters/{letter_id}/appeal", {"body": "x"}).status_code == 403
    assert f"/letters/{letter_id}/appeal" not in cadre.get(f"/letters/{letter_id}").text


def test_the_last_round_goes_to_a_unit_above(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("reopened")
    office, cadre = cast.visitor("mail_office"), cast.visitor("cadre")
    desk, page = f"/letters/desk/{letter_id}", f"/letters/{letter_id}"
    department = str(cast.unit_id("department"))
    assert f'<option selected value="{department}"' in office.get(desk).text
    handler, signer = cast.visitor("handler"), cast.visitor("signer")
    assert office.post(f"{desk}/assign", {"unit": department}).status_code == 302
    handler.post(f"{desk}/claim")
    handler.post(f"{desk}/present", SAID)
    assert signer.post(f"{desk}/sign", {"version": "2"}).status_code == 302
    cadre.post(f"{page}/rate", {"resolved": "1", "attitude": "1", "speed": "1"})
    assert cadre.post(f"{page}/reopen", {"body": "还是没有"}).status_code == 302

    for wrong in ("department", "county", "office"):
        answer = office.post(f"{desk}/assign", {"unit": str(cast.unit_id(wrong))})
        assert answer.status_code == 422
        assert "上级" in answer.text
    assert office.post(f"{desk}/assign", {"unit": str(cast.unit_id("region"))}).status_code == 302
    with app.app_context():
        letter = load(letter_id)
        assert letter.round == 3
        assert [one.round for one in letter.ratings] == [1, 2]
    assert cadre.get(page).text.count("次答复") == 2


def _assign_event(app: Flask, letter_id: int) -> list[Any]:
    with app.app_context():
        return [event.verb for event in journal.history("letters:letter", letter_id)]


def test_a_dissolved_claim_is_recalled(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("reply_draft")
    office, handler = cast.visitor("mail_office"), cast.visitor("handler")
    assert (
        office.post(f"/letters/desk/{letter_id}/recall", {"body": "承办人调走了"}).status_code
        == 302
    )
    assert handler.get(f"/letters/desk/{letter_id}").status_code == 404
    assert _assign_event(app, letter_id)[-1] == "recall"
    with app.app_context():
        letter = load(letter_id)
        assert (letter.unit_id, letter.handler_id) == (None, None)
        assert len(letter.replies) == 1


@pytest.mark.parametrize(
    ("letter_kind", "received", "region", "due_on"),
    [
        ("complex", "2025-09-26", "CN", "2025-11-13"),
        ("ordinary", "2008-04-25", "CN", "2008-05-12"),
        ("consultation", "2025-06-05", "CN", "2025-06-10"),
        ("consultation", "2025-06-05", "CN-XJ", "2025-06-13"),
    ],
)
def test_the_promised_day_counts_working_days_of_the_region(
    app: Flask,
    cast: Cast,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    letter_kind: str,
    received: str,
    region: str,
    due_on: str,
) -> None:
    monkeypatch.setitem(app.config, "REGION", region)
    with app.app_context():
        workdays.seed(db.session)
        db.session.commit()
    letter_id = post.letter()
    with app.app_context():
        letter = load(letter_id)
        letter.clock_from = datetime.fromisoformat(received).date()
        office = cast.person("mail_office")
        handling.screen(letter, office)
        handling.accept(letter, office, letter_kind)
        assert letter.due_on is not None
        assert letter.due_on.isoformat() == due_on
        assert letter.is_due_provisional is False
        event = journal.latest(letter.kind, letter.id)
        assert event is not None
        assert event.facts["due_on"] == due_on


def test_a_day_beyond_the_calendar_is_said_to_be_provisional(
    app: Flask, cast: Cast, post: Post
) -> None:
    letter_id = post.letter("screening")
    with app.app_context():
        letter = load(letter_id)
        letter.clock_from = date(2040, 1, 2)
        handling.accept(letter, cast.person("mail_office"), "ordinary")
        db.session.commit()
    assert "期限是暂定的" in cast.visitor("cadre").get(f"/letters/{letter_id}").text
    assert "（暂定）" in cast.visitor("mail_office").get(f"/letters/desk/{letter_id}").text


def test_overdue_is_worked_out_and_heads_the_list(app: Flask, cast: Cast, post: Post) -> None:
    late, fresh = post.letter("handling", title="迟了的信"), post.letter(title="新的信")
    office = cast.visitor("mail_office")
    with app.app_context():
        yesterday = clock.today() - timedelta(days=1)
        db.session.execute(update(Letter).where(Letter.id == late).values(due_on=yesterday))
        db.session.commit()
        assert load(late).is_overdue
        assert not load(fresh).is_overdue
    listed = office.get("/letters/desk?heap=overdue").text
    assert "迟了的信" in listed
    assert "新的信" not in listed
    opened = office.get("/letters/desk?heap=open").text
    assert opened.index("迟了的信") < opened.index("新的信")
    only = office.get("/letters/desk?heap=open&state=received").text
    assert "新的信" in only
    assert "迟了的信" not in only


def test_the_writer_is_told_by_notice_and_an_unnamed_one_is_not(
    app: Flask, cast: Cast, post: Post
) -> None:
    post.letter("replied")
    with app.app_context():
        kinds = db.session.scalars(select(Notice.kind).order_by(Notice.id)).all()
        assert kinds == ["letters.accepted", "letters.replied"]
        assert {one.person_id for one in db.session.scalars(select(Notice))} == {cast.id("cadre")}
    before = len(kinds)
    post.letter("replied", writer=None)
    with app.app_context():
        assert len(db.session.scalars(select(Notice.kind)).all()) == before


def test_notices_tell_letters_apart_by_their_days(app: Flask, cast: Cast, post: Post) -> None:
    post.letter("accepted")
    with app.app_context():
        sent_on = db.session.scalars(select(Letter.received_on)).one()
    inbox = cast.visitor("cadre").get("/notices").text
    assert f"你{sent_on.month}月{sent_on.day}日的来信已受理" in inbox.replace("\u2009", "")


def test_units_without_a_handler_are_marked_and_stand_last(cast: Cast, post: Post) -> None:
    letter_id = post.letter("accepted")
    page = cast.visitor("mail_office").get(f"/letters/desk/{letter_id}").text
    staffed = f'value="{cast.unit_id("department")}"'
    empty = f'value="{cast.unit_id("county")}"'
    assert page.index(staffed) < page.index(empty)
    assert "（还没有承办人）" not in page[page.index(staffed) : page.index(staffed) + 60]
    assert "（还没有承办人）" in page[page.index(empty) : page.index(empty) + 60]


def test_the_desk_stands_in_the_menu_of_those_who_work_there(cast: Cast) -> None:
    entry = 'href="/letters/desk"'
    assert entry in cast.visitor("signer").get("/forum").text
    assert entry not in cast.visitor("cadre").get("/forum").text


def test_points_of_a_letter_without_points_are_its_title(cast: Cast, post: Post) -> None:
    letter_id = post.letter("handling", points=[], title="能不能答这一件")
    page = cast.visitor("handler").get(f"/letters/desk/{letter_id}/draft").text
    assert "能不能答这一件" in page
    assert POINTS[0] not in page
