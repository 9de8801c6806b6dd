"""Two hands reach for one letter: one gets it, the others are told who has it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import csrf
from core.db import db
from core.journal import JournalEvent
from letters.models import Letter, Reply
from tests.letters.conftest import Post
from tests.people import Cast, Visitor

THREADS = 50


def _cookies(cast: Cast, names: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Session cookie and token of each person, signed in once."""
    found = {}
    for name in names:
        visitor = cast.visitor(name)
        token = visitor.token()
        cookie = visitor.client.get_cookie("session")
        assert cookie is not None
        found[name] = (cookie.value, token)
    return found


def _at_once(app: Flask, signed: dict[str, tuple[str, str]], url: str, **said: str) -> list[int]:
    """The answers to THREADS posts that start together, by the people in turn."""
    barrier, names = Barrier(THREADS), list(signed)

    def one(number: int) -> int:
        cookie, token = signed[names[number % len(names)]]
        client = app.test_client()
        client.set_cookie("session", cookie)
        barrier.wait()
        return client.post(url, data={csrf.FIELD: token, **said}).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_fifty_claims_at_once_have_one_owner(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("assigned")
    signed = _cookies(cast, ("handler", "handler2"))
    answers = _at_once(app, signed, f"/letters/desk/{letter_id}/claim")
    assert Counter(answers) == {302: 1, 409: THREADS - 1}
    with app.app_context():
        claims = db.session.scalars(
            select(JournalEvent.actor_id).where(JournalEvent.verb == "claim")
        ).all()
        letter = db.session.get_one(Letter, letter_id)
        assert claims == [letter.handler_id]
    loser = "handler2" if claims == [cast.id("handler")] else "handler"
    refused = cast.visitor(loser).post(f"/letters/desk/{letter_id}/claim")
    assert refused.status_code == 409
    assert ("handler同志" if loser == "handler2" else "handler2同志") in refused.text


def test_fifty_signatures_at_once_send_one_reply(app: Flask, cast: Cast, post: Post) -> None:
    letter_id = post.letter("sign_off")
    signed = _cookies(cast, ("signer",))
    answers = _at_once(app, signed, f"/letters/desk/{letter_id}/sign", version="1")
    assert Counter(answers) == {302: 1, 409: THREADS - 1}
    with app.app_context():
        count = select(func.count()).where(JournalEvent.verb == "sign")
        assert db.session.scalar(count) == 1


@pytest.fixture
def drafting(cast: Cast, post: Post) -> tuple[Visitor, str]:
    letter_id = post.letter("handling")
    return cast.visitor("handler"), f"/letters/desk/{letter_id}/draft"


def _words(version: int, first: str) -> dict[str, str]:
    return {
        "version": str(version),
        "body": "同志：",
        "closing": "",
        "outcome-1": "answered",
        "answer-1": first,
        "outcome-2": "declined",
        "answer-2": "",
    }


def test_a_draft_saved_from_an_old_page_is_refused_with_its_words(
    app: Flask, drafting: tuple[Visitor, str]
) -> None:
    handler, url = drafting
    assert handler.post(url, _words(0, "第一稿")).status_code == 302
    assert handler.post(url, _words(1, "第二稿")).status_code == 302
    same = {"Sec-Fetch-Site": "same-origin"}
    stale = handler.post(url, _words(1, "另一个窗口里的稿子。" * 20), headers=same)
    assert stale.status_code == 409
    assert "有了新的版本" in stale.text
    assert "另一个窗口里的稿子" in stale.text  # given back, to be copied or sent again
    with app.app_context():
        assert db.session.scalars(select(Reply.number).order_by(Reply.number)).all() == [1, 2]


def test_saving_the_same_words_twice_makes_one_version(
    app: Flask, drafting: tuple[Visitor, str]
) -> None:
    handler, url = drafting
    assert handler.post(url, _words(0, "第一稿")).status_code == 302
    assert handler.post(url, _words(0, "第一稿")).status_code == 302
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Reply)) == 1


def test_every_version_is_kept(app: Flask, drafting: tuple[Visitor, str]) -> None:
    handler, url = drafting
    for number in range(3):
        handler.post(url, _words(number, f"第{number}稿"))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Reply)) == 3
