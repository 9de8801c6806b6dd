"""Random verbs by random people: no letter is ever where its table and its events do not lead."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from accounts.models import Unit
from core import journal
from core.db import db
from core.errors import Conflict
from core.journal import JournalEvent
from core.policy import SYSTEM, Forbidden, allows
from core.states import IllegalMove
from letters import handling, replay
from letters.actors import CodeHolder
from letters.models import Letter
from tests.letters.conftest import WAY, Post, load
from tests.people import Cast

ASIDE = ("needs_info", "declined", "redirected", "withdrawn", "reopened")
REFUSALS = (Forbidden, IllegalMove, Conflict, handling.Unanswered)
ENDS = ("withdraw", "redirect", "decline")
ONWARD = {
    state: [verb for verb in Letter.machine.verbs(state) if verb not in ENDS]
    for state in Letter.machine.states
}
ONWARD["draft"] = []
VERBS = [*Letter.machine.moves, "restrict", "release"]
VERBS.remove("submit")


def _tries(letter: Letter, actor: Any, unit: Unit, chance: random.Random) -> dict[str, Any]:
    newest = letter.replies[-1].number if letter.replies else 0
    base = chance.choice((newest, newest, newest - 1))
    said = {point.number: ("answered", chance.choice(("好", "好", ""))) for point in letter.points}
    body = str(chance.random())
    return {
        "screen": lambda: handling.screen(letter, actor),
        "ask": lambda: handling.ask(letter, actor, "问"),
        "answer": lambda: handling.answer(letter, actor, "答"),
        "resume": lambda: handling.resume(letter, actor),
        "accept": lambda: handling.accept(letter, actor, "complex"),
        "redirect": lambda: handling.redirect(letter, actor, "别处", "说明"),
        "decline": lambda: handling.decline(letter, actor, "in_court", "说明"),
        "appeal": lambda: handling.appeal(letter, actor, "申诉"),
        "restrict": lambda: handling.restrict(letter, actor),
        "release": lambda: handling.release(letter, actor),
        "assign": lambda: handling.assign(letter, actor, unit),
        "claim": lambda: handling.claim(letter, actor),
        "hand_back": lambda: handling.hand_back(letter, actor, "不归我们"),
        "recall": lambda: handling.recall(letter, actor, "收回"),
        "begin": lambda: handling.begin(letter, actor),
        "draft": lambda: handling.draft(letter, actor, body, said, base),
        "present": lambda: handling.present(letter, actor),
        "send_back": lambda: handling.send_back(letter, actor, "再改"),
        "sign": lambda: handling.sign(letter, actor, base),
        "rate": lambda: handling.rate(letter, actor, 2, 3, 4),
        "reopen": lambda: handling.reopen(letter, actor, "没答到"),
        "lapse": lambda: letter.advance("lapse", actor),
        "close": lambda: handling.close(letter, actor),
        "withdraw": lambda: handling.withdraw(letter, actor),
    }


@pytest.mark.parametrize("seed", range(2))
def test_random_verbs_leave_every_letter_where_its_events_lead(
    app: Flask, cast: Cast, post: Post, seed: int
) -> None:
    chance = random.Random(seed)
    letters = [post.letter(writer=writer) for writer in ("cadre", None, "mail_office") * 2]
    names = ("cadre", "cadre2", "mail_office", "handler", "handler2", "signer", "minister")
    for name in (*names, "admin"):
        cast.id(name)
    went = 0
    with app.app_context():
        for _turn in range(150):
            # What leads on is tried more often, so that letters travel far.
            letter = load(chance.choice(letters))
            actors = [*map(cast.person, names), SYSTEM, CodeHolder(letter.id)]
            verb = chance.choice([*VERBS, *(10 * ONWARD[letter.state])])
            if verb in ENDS and chance.random() < 0.8:
                continue
            fit = [one for one in actors if allows(one, f"letters:letter:{verb}", letter)]
            actor = chance.choice(fit if fit and chance.random() < 0.7 else actors)
            before, unit = letter.state, db.session.get_one(Unit, cast.unit_id("department"))
            tries = _tries(letter, actor, unit, chance)
            try:
                tries[verb]()
                db.session.commit()
            except REFUSALS:
                db.session.rollback()
                continue
            went += 1
            now = load(letter.id)
            assert now.state in Letter.machine.states
            leads_to = Letter.machine.moves.get(verb, {before: before})
            began = (before, verb) == ("claimed", "draft")  # a first draft also begins
            assert now.state == ("reply_draft" if began else leads_to[before])
            assert not (now.is_anonymous and now.writer_id)
            assert now.state != "assigned" or now.unit_id is not None
            assert now.state not in ("claimed", "handling", "sign_off") or now.handler_id
            for reply in now.signed_replies:
                assert reply.signed_by_id != reply.drafted_by_id
        assert went > 25
        assert list(replay.verify()) == []
        assert list(journal.verify()) == []


@pytest.mark.parametrize("writer", ["cadre", None])
def test_every_state_is_where_its_events_lead(
    app: Flask, post: Post, writer: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "LETTERS_PER_DAY", 100)
    for state in (*WAY, *ASIDE):
        assert post.state(post.letter(state, writer=writer)) == state
    with app.app_context():
        assert list(replay.verify()) == []


def _bend(app: Flask, statement: Any) -> str:
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()
    result = app.test_cli_runner().invoke(args=["letters", "verify"])
    assert result.exit_code == 1
    return result.output


def test_verify_finds_a_state_that_was_edited(app: Flask, post: Post) -> None:
    letter_id = post.letter("handling")
    said = _bend(app, update(Letter).where(Letter.id == letter_id).values(state="replied"))
    assert f"letter {letter_id} is replied, its events lead to handling" in said


def test_verify_finds_an_event_that_is_gone(app: Flask, post: Post) -> None:
    letter_id = post.letter("claimed")
    said = _bend(app, JournalEvent.__table__.delete().where(JournalEvent.verb == "assign"))
    assert f"letter {letter_id}: event" in said


def test_verify_finds_a_letter_that_was_deleted(app: Flask, post: Post) -> None:
    from letters.models import LetterPoint

    letter_id = post.letter()
    with app.app_context():
        db.session.execute(LetterPoint.__table__.delete())
        db.session.commit()
    said = _bend(app, Letter.__table__.delete().where(Letter.id == letter_id))
    assert "which is gone" in said


def test_verify_finds_an_unnamed_letter_that_moved_without_the_office(
    app: Flask, post: Post
) -> None:
    letter_id = post.letter("screening", writer=None)
    assert "its events lead to screening" in _bend(
        app, update(Letter).where(Letter.id == letter_id).values(state="assigned")
    )


def test_verify_says_that_all_is_well(app: Flask, post: Post) -> None:
    post.letter("replied")
    result = app.test_cli_runner().invoke(args=["letters", "verify"])
    assert result.exit_code == 0
    assert "every letter" in result.output
