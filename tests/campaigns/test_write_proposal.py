"""Proposals pass the one door: only author and reviewers read what waits."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

from campaigns.proposals import ProposalDecision
from core.db import db
from moderation.seal import Seal
from tests.campaigns.conftest import URL, shift
from tests.campaigns.proposing import BODY, TITLE, Proposals
from tests.conftest import counted
from tests.people import Cast

WHY = {"explanation": "写明的理由。"}
WORDS = "一半的格子是一样的"


def test_from_the_form_to_the_list(app: Flask, cast: Cast, proposals: Proposals) -> None:
    author, moderator, reader = (cast.visitor(one) for one in ("cadre", "moderator", "cadre2"))
    assert f"{URL}/proposals/new" in author.get(URL).text
    made = proposals.write(author)
    mine, listed = f"/proposals/{made}", f"{URL}/proposals"
    with counted(app) as seen:
        page = author.get(mine).text
    assert len(seen) <= 6, seen
    assert "在等审核" in page
    assert WORDS in page
    assert TITLE in author.get(listed).text
    assert mine in author.get("/me/texts").text
    assert reader.get(mine).status_code == 404
    for url in (listed, URL, "/search?q=一半的格子"):
        assert WORDS not in reader.get(url).text, url
        assert TITLE not in reader.get(url).text, url
    assert TITLE in moderator.get("/moderation?kind=campaigns%3Aproposal").text
    item = proposals.item(made)
    with counted(app) as seen:
        page = moderator.get(f"/moderation/{item}").text
    assert len(seen) <= 8, seen
    assert WORDS in page
    with counted(app) as seen:
        assert proposals.review(moderator, "approve", made).status_code == 302
    assert len(seen) <= 20, (len(seen), seen)
    for url in (listed, mine, URL):
        with counted(app) as seen:
            page = reader.get(url).text
        assert len(seen) <= 6, (url, seen)
        assert TITLE in page
    assert mine in reader.get("/search?q=一半的格子").text
    assert "工作日" not in reader.get(mine).text
    assert "county单位" in reader.get(mine).text


def test_every_decision_and_what_its_author_may_do(
    app: Flask, cast: Cast, proposals: Proposals
) -> None:
    author, moderator = cast.visitor("cadre"), cast.visitor("moderator")
    chief, reader = cast.visitor("chief_moderator"), cast.visitor("cadre2")
    made = proposals.write(author)
    mine = f"/proposals/{made}"
    assert proposals.review(moderator, "return", made, **WHY).status_code == 302
    assert WHY["explanation"] in author.get(mine).text
    assert WHY["explanation"] in author.get(f"{mine}/edit").text
    edited = {"title": TITLE, "body": "改过的话。", "unit": str(cast.unit_id("county"))}
    assert author.post(f"{mine}/edit", edited).status_code == 302
    assert proposals.review(moderator, "reject", made, reason="other", **WHY).status_code == 302
    assert author.post(f"{mine}/appeal", WHY).status_code == 302
    assert proposals.review(moderator, "overturn", made, **WHY).status_code == 403
    assert proposals.review(chief, "overturn", made, **WHY).status_code == 302
    assert "改过的话" in reader.get(mine).text

    assert author.post(f"{mine}/edit", {**edited, "body": "写错字的一版。"}).status_code == 302
    assert "写错字" not in reader.get(mine).text
    assert "大家看到的是现在这一版" in author.get(mine).text
    amended = {"title": TITLE, "body": "审核员改对的一版。", **WHY}
    assert proposals.review(moderator, "amend", made, **amended).status_code == 302
    assert "审核员改对的一版" in reader.get(mine).text
    assert "可以接受，也可以要回原文" in author.get(mine).text
    assert f"{mine}/revert" in author.get(f"{mine}/history").text
    assert author.post(f"{mine}/accept").status_code == 302
    assert author.post(f"{mine}/revert").status_code == 409

    for name in ("cadre2", "delegate", "supervisor"):
        flagged = cast.visitor(name).post(f"{mine}/flag", {"reason": "private"})
        assert flagged.status_code == 302
    assert reader.get(mine).status_code == 404  # until somebody looked at it
    assert proposals.review(moderator, "harmless", made).status_code == 302
    assert "审核员改对的一版" in reader.get(mine).text
    assert moderator.post(f"{mine}/hide", {"reason": "private", **WHY}).status_code == 302
    assert reader.get(mine).status_code == 404
    assert moderator.post(f"/moderation/{proposals.item(made)}/undo").status_code == 302
    assert "审核员改对的一版" in reader.get(mine).text
    page = moderator.get(f"{mine}/redact").text
    shown = re.search(r'name="revision"[^>]*value="(\d+)"', page)
    assert shown is not None
    sent = {"revision": shown[1], "passages": "改对", **WHY}
    assert moderator.post(f"{mine}/redact", sent).status_code == 302
    assert "审核员▇▇▇的一版" in reader.get(mine).text


def test_a_seal_closes_the_answer_too(app: Flask, cast: Cast, proposals: Proposals) -> None:
    author, moderator, reader = (cast.visitor(one) for one in ("cadre", "moderator", "cadre2"))
    made = proposals.published(author, moderator)
    assert proposals.answer(cast.visitor("leader"), made).status_code == 302
    mine = f"/proposals/{made}"
    sealed = moderator.post(f"{mine}/seal", {"explanation": "封存的理由。", "sure": "y"})
    assert sealed.status_code == 302, sealed.text
    assert reader.get(mine).status_code == 404
    for url in (mine, f"{URL}/proposals", URL, "/me/texts"):
        page = author.get(url).text
        assert WORDS not in page, url
        assert "月底前发新表样" not in page, url
    with app.app_context():
        assert "新表样" not in db.session.scalars(db.select(ProposalDecision.reason)).one()
        seal = db.session.scalars(db.select(Seal.id)).one()
    chief = cast.visitor("chief_moderator")
    assert chief.post(f"/moderation/seals/{seal}/unseal", WHY).status_code == 302
    page = reader.get(mine).text
    assert WORDS in page
    assert "月底前发新表样" in page


def test_a_form_that_does_not_hold_keeps_what_was_typed(cast: Cast, proposals: Proposals) -> None:
    author = cast.visitor("cadre")
    cases = (
        ({"title": ""}, "请写一个标题"),
        ({"title": "短"}, "标题至少"),
        ({"body": ""}, "请写正文"),
        ({"unit": ""}, "请选择单位"),
        ({"unit": "99999"}, ""),
    )
    for fields, sentence in cases:
        answer = (
            proposals.send(author, **fields)
            if "unit" not in fields
            else author.post(f"{URL}/proposals/new", {"title": TITLE, "body": BODY, **fields})
        )
        assert answer.status_code == 422, fields
        assert sentence in answer.text
        assert "建议合成一张" in answer.text or not fields.get("body", "x")


def test_once_sent_twice_it_is_made_once(cast: Cast, proposals: Proposals) -> None:
    author = cast.visitor("cadre")
    key = {"once": "a key that the form carried"}
    first, second = (proposals.write(author, **key) for _time in range(2))
    assert first == second


def test_a_stale_edit_is_shown_again(cast: Cast, proposals: Proposals) -> None:
    author = cast.visitor("cadre")
    made = proposals.write(author)
    data = {"title": TITLE, "body": "另一处写的。", "unit": str(cast.unit_id("county"))}
    old = {"revision": str(proposals.row(made).latest_revision_id)}
    assert author.post(f"/proposals/{made}/edit", {**data, **old}).status_code == 302
    stale = author.post(f"/proposals/{made}/edit", {**data, **old, "body": "这一处写的。"})
    assert stale.status_code == 409
    assert "这一处写的" in stale.text


@pytest.mark.parametrize("days", [(-20, -1), (1, 20)])
def test_proposals_are_taken_while_the_campaign_lasts(
    app: Flask, cast: Cast, proposals: Proposals, days: tuple[int, int]
) -> None:
    shift(app, proposals.campaign_id, *days)
    author = cast.visitor("cadre")
    assert proposals.send(author).status_code == 403
    assert "/proposals/new" not in author.get(URL).text
    assert "/proposals/new" not in author.get(f"{URL}/proposals").text


def test_files_go_with_it(app: Flask, cast: Cast, proposals: Proposals) -> None:
    author, moderator = cast.visitor("cadre"), cast.visitor("moderator")
    file = (io.BytesIO(b"%PDF-1.7\nx"), "表样.pdf")
    answer = author.post(
        f"{URL}/proposals/new",
        {"title": TITLE, "body": BODY, "unit": str(cast.unit_id("county")), "file": file},
    )
    assert answer.status_code == 302
    made = int(answer.location.rpartition("/")[2])
    assert "表样.pdf" in author.get(f"/proposals/{made}").text
    assert proposals.review(moderator, "approve", made).status_code == 302
    assert "表样.pdf" in cast.visitor("cadre2").get(f"/proposals/{made}").text


def test_nobody_reviews_or_changes_anothers(cast: Cast, proposals: Proposals) -> None:
    author, moderator, other = (cast.visitor(one) for one in ("cadre", "moderator", "cadre2"))
    made = proposals.published(author, moderator)
    for verb in ("edit", "hide", "redact", "seal", "appeal", "decide"):
        assert other.get(f"/proposals/{made}/{verb}").status_code == 403, verb
    for verb in ("withdraw", "accept", "revert"):
        assert other.post(f"/proposals/{made}/{verb}").status_code == 403, verb
    assert author.get(f"/proposals/{made}/flag").status_code == 403
    own = proposals.write(moderator)
    assert proposals.review(moderator, "approve", own).status_code == 403
