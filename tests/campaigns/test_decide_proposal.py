"""Every proposal ends with a reason: given in public by a leader of the unit asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from accounts.models import Membership
from campaigns.outcomes import OUTCOMES
from campaigns.proposals import Proposal
from core import clock
from core.db import db
from tests.campaigns.conftest import URL
from tests.campaigns.proposing import REASON, TITLE, Proposals
from tests.conftest import counted
from tests.people import Cast


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_answer_is_public_and_its_author_is_told(
    app: Flask, cast: Cast, proposals: Proposals, outcome: str
) -> None:
    author, leader, reader = (cast.visitor(one) for one in ("cadre", "leader", "cadre2"))
    made = proposals.published(author, cast.visitor("moderator"))
    url = f"/proposals/{made}"
    assert TITLE in leader.get("/").text
    assert f"{url}/decide" in leader.get(url).text
    assert leader.get(f"{url}/decide").status_code == 200
    with counted(app) as seen:
        assert proposals.answer(leader, made, outcome).status_code == 302
    assert len(seen) <= 12, (len(seen), seen)
    assert proposals.row(made).state == outcome
    page = reader.get(url).text
    label = str(OUTCOMES[outcome].label)
    assert label in page
    assert REASON in page
    assert "leader同志" in page
    assert label in reader.get(f"{URL}/proposals?state={outcome}").text
    told = author.get("/notices").text
    assert f"“{TITLE}”有了答复：{label}" in told
    assert author.get(f"{url}/edit").status_code == 409
    assert TITLE not in leader.get("/").text


@pytest.mark.parametrize("fields", [{"reason": ""}, {"outcome": ""}, {"outcome": "withdrawn"}])
def test_no_answer_without_a_reason(
    cast: Cast, proposals: Proposals, fields: dict[str, str]
) -> None:
    made = proposals.published(cast.visitor("cadre"), cast.visitor("moderator"))
    answer = proposals.answer(cast.visitor("leader"), made, **fields)
    assert answer.status_code == 422
    assert fields.get("reason", REASON) in answer.text
    assert proposals.row(made).state == "open"


@pytest.mark.parametrize("who", ["cadre", "cadre2", "moderator", "office", "admin", "signer"])
def test_only_a_leader_of_the_unit_answers(cast: Cast, proposals: Proposals, who: str) -> None:
    made = proposals.published(cast.visitor("cadre"), cast.visitor("moderator"))
    assert proposals.answer(cast.visitor(who), made).status_code == 403


def test_a_leader_answers_no_other_unit_and_nothing_of_their_own(
    cast: Cast, proposals: Proposals
) -> None:
    moderator, leader = cast.visitor("moderator"), cast.visitor("leader")
    other = proposals.published(cast.visitor("cadre"), moderator, unit="department")
    assert proposals.answer(leader, other).status_code == 403
    assert proposals.answer(cast.visitor("minister"), other).status_code == 302  # above it
    own = proposals.published(leader, moderator)
    assert proposals.answer(leader, own).status_code == 403


def test_what_is_studied_is_answered_again_and_an_answer_stands(
    cast: Cast, proposals: Proposals
) -> None:
    leader = cast.visitor("leader")
    made = proposals.published(cast.visitor("cadre"), cast.visitor("moderator"))
    assert proposals.answer(leader, made, "research").status_code == 302
    assert proposals.answer(leader, made, "research").status_code in (409, 422)
    assert (
        proposals.answer(leader, made, "partly", reason="研究过了，先办一半。").status_code == 302
    )
    page = cast.visitor("cadre2").get(f"/proposals/{made}").text
    assert page.index(REASON) < page.index("研究过了，先办一半。")
    again = proposals.answer(leader, made, "adopted")
    assert again.status_code == 409
    assert "leader同志" in again.text
    assert leader.get(f"/proposals/{made}/decide").status_code == 302


def test_nobody_answers_what_is_not_public_or_was_changed(cast: Cast, proposals: Proposals) -> None:
    author, moderator, leader = (cast.visitor(one) for one in ("cadre", "moderator", "leader"))
    made = proposals.write(author)
    assert proposals.answer(leader, made).status_code == 404
    assert proposals.review(moderator, "approve", made).status_code == 302
    read = str(proposals.row(made).public_revision_id)
    words = {"title": TITLE, "body": "后来改的。", "unit": str(cast.unit_id("county"))}
    assert author.post(f"/proposals/{made}/edit", words).status_code == 302
    waiting = proposals.answer(leader, made)
    assert waiting.status_code == 409
    assert REASON in waiting.text
    assert proposals.review(moderator, "approve", made).status_code == 302
    assert proposals.answer(leader, made, revision=read).status_code == 409
    assert proposals.answer(leader, made).status_code == 302


def test_an_answer_is_owed_within_working_days(
    app: Flask, cast: Cast, proposals: Proposals
) -> None:
    made = proposals.published(cast.visitor("cadre"), cast.visitor("moderator"))
    due_on = proposals.row(made).due_on
    assert due_on is not None
    with app.app_context():
        assert timedelta(days=15) <= due_on - clock.today() <= timedelta(days=40)
        db.session.get_one(Proposal, made).due_on = clock.today() - timedelta(days=1)
        db.session.commit()
    assert "已经超过期限" in cast.visitor("cadre2").get(f"/proposals/{made}").text


def test_the_notice_says_nothing_of_what_is_gone(
    app: Flask, cast: Cast, proposals: Proposals
) -> None:
    author, moderator = cast.visitor("cadre"), cast.visitor("moderator")
    made = proposals.published(author, moderator)
    proposals.answer(cast.visitor("leader"), made)
    sealed = {"explanation": "封存。", "sure": "y"}
    assert moderator.post(f"/proposals/{made}/seal", sealed).status_code == 302
    assert TITLE not in author.get("/notices").text


def test_what_was_answered_before_it_was_hidden_comes_back(
    cast: Cast, proposals: Proposals
) -> None:
    moderator, leader, reader = (cast.visitor(one) for one in ("moderator", "leader", "cadre2"))
    made = proposals.published(cast.visitor("cadre"), moderator)
    proposals.answer(leader, made, "research")
    hidden = {"reason": "off_topic", "explanation": "点错了。"}
    assert moderator.post(f"/proposals/{made}/hide", hidden).status_code == 302
    assert reader.get(f"/proposals/{made}").status_code == 404
    assert moderator.post(f"/moderation/{proposals.item(made)}/undo").status_code == 302
    assert REASON in reader.get(f"/proposals/{made}").text


def test_what_was_answered_meanwhile_is_not_taken_back(cast: Cast, proposals: Proposals) -> None:
    moderator = cast.visitor("moderator")
    made = proposals.published(cast.visitor("cadre"), moderator)
    assert proposals.answer(cast.visitor("leader"), made).status_code == 302
    assert moderator.post(f"/moderation/{proposals.item(made)}/undo").status_code == 409
    assert REASON in cast.visitor("cadre2").get(f"/proposals/{made}").text


def test_who_reviews_and_leads_answers_nothing_before_it_is_public(
    app: Flask, cast: Cast, proposals: Proposals
) -> None:
    both, made = cast.visitor("leader"), proposals.write(cast.visitor("cadre"))
    with app.app_context():
        where = {"person_id": cast.id("leader"), "unit_id": proposals.row(made).unit_id}
        db.session.add(Membership(role="moderator", valid_from=clock.today(), **where))
        db.session.commit()
    assert both.get(f"/proposals/{made}").status_code == 200
    for path in ("decide", "flag"):
        assert both.get(f"/proposals/{made}/{path}").status_code == 403
    assert proposals.answer(both, made).status_code == 403
