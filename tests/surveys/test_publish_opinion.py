"""Words of answers on the results page: put forward by the office, decided by somebody else, and
never leading back to whoever wrote them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from moderation.models import QueueItem
from moderation.seal import Seal
from surveys.models import OpenAnswer
from surveys.opinions import Opinion, is_shortened
from tests.conftest import counted
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk

PEOPLE = ("cadre", "cadre2", "delegate", "supervisor", "expert")
RAW = "张三说少开会，多下去看看，电话别打了。"
SHORT = "[…]少开会，多下去看看[…]"
WHY = {"explanation": "写明的理由。"}


def answer(app: Flask, words: str = RAW) -> str:
    with app.app_context():
        found = select(OpenAnswer.id).where(OpenAnswer.text == words)
        return str(db.session.scalars(found).one())


def opinion(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Opinion.id).order_by(Opinion.id.desc())).first() or 0


def item(app: Flask) -> tuple[int, str]:
    """The newest item and its version."""
    with app.app_context():
        row = db.session.execute(
            select(QueueItem.id, QueueItem.revision_id).order_by(QueueItem.id.desc())
        ).first()
        assert row is not None
        return row.id, str(row.revision_id)


def seal(app: Flask) -> int:
    """The newest seal."""
    with app.app_context():
        return db.session.scalars(select(Seal.id).order_by(Seal.id.desc())).first() or 0


def decide(app: Flask, reviewer: Visitor, verb: str, **fields: str) -> int:
    number, revision = item(app)
    with counted(app) as seen:
        sent = reviewer.post(f"/moderation/{number}/{verb}", {"revision": revision, **fields})
    assert sent.status_code != 302 or len(seen) <= 20, (verb, len(seen), seen)
    return sent.status_code


@pytest.fixture
def survey(desk: Desk, cast: Cast) -> str:
    """A closed survey whose words may be published, with five answers to each question."""
    slug = desk.make(publish_words=True)
    for name in PEOPLE:
        words = RAW if name == "cadre" else f"{name}写的另一句话。"
        assert desk.fill(cast.visitor(name), slug, q_text=words).status_code == 303
    desk.move(slug, "close")
    return slug


@pytest.fixture
def office(cast: Cast) -> Visitor:
    return cast.visitor("office")


def propose(app: Flask, office: Visitor, slug: str, body: str = SHORT) -> Any:
    return office.post(f"/surveys/{slug}/answers/{answer(app)}/propose", {"body": body})


def test_from_an_answer_to_the_results_page_and_back(
    app: Flask, cast: Cast, survey: str, office: Visitor
) -> None:
    moderator, reader = cast.visitor("moderator"), cast.visitor("leader")
    page = office.get(f"/surveys/{survey}/answers?question=text").text
    assert f"/answers/{answer(app)}/propose" in page
    refused = propose(app, office, survey, "少开会，多下去走走")
    assert refused.status_code == 422
    assert "只能用原话" in refused.text
    assert propose(app, office, survey).status_code == 302
    results = f"/surveys/{survey}/results"
    mine = f"/surveys/opinions/{opinion(app)}"
    assert "在等审核" in office.get(mine).text
    assert "大家怎么说" not in reader.get(results).text
    assert mine in office.get("/me/texts").text
    queue = moderator.get("/moderation?kind=surveys%3Aopinion").text
    assert "问卷里的意见" in queue
    assert "少开会，多下去看看" in queue
    number, _revision = item(app)
    with counted(app) as seen:
        page = moderator.get(f"/moderation/{number}").text
    assert len(seen) <= 8, seen
    assert "题目：" in page
    assert "张三" not in page
    assert decide(app, moderator, "approve") == 302
    with counted(app) as seen:
        page = reader.get(results).text
    assert len(seen) <= 6, seen
    assert "大家怎么说" in page
    assert "[…]少开会，多下去看看[…]" in page
    assert "张三" not in page
    assert "office同志" not in page
    listed = reader.get(f"/surveys/{survey}/opinions").text
    assert "少开会，多下去看看" in listed
    assert propose(app, office, survey).location == mine  # each answer once
    assert office.post(f"{mine}/withdraw").status_code == 302
    for url in (results, f"/surveys/{survey}/opinions"):
        assert "多下去看看" not in reader.get(url).text
    assert "已经撤下" in office.get(mine).text


def test_every_decision_and_what_its_author_may_do(
    app: Flask, cast: Cast, survey: str, office: Visitor
) -> None:
    moderator, chief = cast.visitor("moderator"), cast.visitor("chief_moderator")
    propose(app, office, survey)
    mine = f"/surveys/opinions/{opinion(app)}"
    assert decide(app, moderator, "return", **WHY) == 302
    assert WHY["explanation"] in office.get(mine).text
    assert office.post(f"{mine}/edit", {"body": "多下去看看"}).status_code == 302
    assert decide(app, moderator, "reject", reason="private", **WHY) == 302
    assert office.post(f"{mine}/appeal", WHY).status_code == 302
    assert decide(app, moderator, "overturn", **WHY) == 403
    assert decide(app, chief, "overturn", **WHY) == 302
    reader = cast.visitor("leader")
    listed = f"/surveys/{survey}/opinions"
    assert "多下去看看" in reader.get(listed).text
    assert office.post(f"{mine}/withdraw").status_code == 302
    assert office.post(f"{mine}/edit", {"body": "多下去看看"}).status_code == 302
    assert decide(app, moderator, "approve") == 302
    flaggers = [cast.visitor(name) for name in ("cadre2", "delegate", "supervisor")]
    for flagger in flaggers:
        assert flagger.post(f"{mine}/flag", {"reason": "private"}).status_code == 302
    assert "多下去看看" not in reader.get(listed).text  # until somebody looked at it
    assert decide(app, moderator, "harmless") == 302
    assert "没有发现问题" in flaggers[0].get("/notices").text
    assert "多下去看看" in reader.get(listed).text
    for name in ("log", "report"):
        assert "多下去看看" not in reader.get(f"/moderation/{name}", follow_redirects=True).text
    assert "问卷意见" in reader.get("/moderation/log").text
    sealed = moderator.post(f"{mine}/seal", {"explanation": "封存的理由。", "sure": "y"})
    assert sealed.status_code == 302, sealed.text
    for url in (listed, mine, f"/surveys/{survey}/answers?question=text"):
        assert "多下去看看" not in office.get(url).text, url
    assert chief.post(f"/moderation/seals/{seal(app)}/unseal", WHY).status_code == 302
    assert "多下去看看" in reader.get(listed).text
    assert RAW in office.get(f"/surveys/{survey}/answers?question=text").text


def test_nobody_puts_forward_what_was_not_announced_or_what_few_wrote(
    app: Flask, desk: Desk, cast: Cast, office: Visitor
) -> None:
    slug = desk.make(slug="silent")
    for name in PEOPLE:
        desk.fill(cast.visitor(name), slug, q_text=RAW if name == "cadre" else "另一句。")
    desk.release(slug)
    assert "提交公布" not in office.get(f"/surveys/{slug}/answers?question=text").text
    sent = propose(app, office, slug)
    assert sent.status_code == 422
    assert "没有被告知" in sent.text

    slug = desk.make(slug="told", publish_words=True)
    page = cast.visitor("cadre").get(f"/surveys/{slug}").text
    assert "你写的话可能公布" in page
    for name in PEOPLE:
        words = "只有四个人写。" if name == "cadre2" else "" if name == "expert" else "写了。"
        desk.fill(cast.visitor(name), slug, q_text=words)
    desk.release(slug)
    sent = office.post(
        f"/surveys/{slug}/answers/{answer(app, '只有四个人写。')}/propose", {"body": "四个人写"}
    )
    assert sent.status_code == 422
    assert "不足 5 人" in sent.text
    assert opinion(app) == 0
    for name in ("moderator", "cadre", "admin"):
        url = f"/surveys/{slug}/answers/{answer(app, '只有四个人写。')}/propose"
        assert cast.visitor(name).get(url).status_code == 403


def test_the_office_does_not_decide_on_its_own(
    app: Flask, cast: Cast, survey: str, office: Visitor
) -> None:
    from accounts.models import Membership
    from core import clock

    with app.app_context():
        where = {"unit_id": cast.unit_id("region"), "person_id": cast.id("office")}
        db.session.add(Membership(role="moderator", valid_from=clock.today(), **where))
        db.session.commit()
    both = cast.visitor("office")
    propose(app, both, survey)
    assert decide(app, both, "approve") == 403


def test_names_and_numbers_are_pointed_out_before_they_go(
    app: Flask, desk: Desk, cast: Cast, office: Visitor
) -> None:
    slug = desk.make(publish_words=True)
    raw = "请找cadre2同志，电话 13800138000。"
    for name in PEOPLE:
        desk.fill(cast.visitor(name), slug, q_text=raw if name == "cadre" else "另一句。")
    desk.release(slug)
    url = f"/surveys/{slug}/answers/{answer(app, raw)}/propose"
    sent = office.post(url, {"body": raw})
    assert sent.status_code == 422
    assert "手机号码" in sent.text
    assert "像是姓名" in sent.text
    assert office.post(url, {"body": "请找[…]，电话 […]。"}).status_code == 302


def test_what_is_kept_leads_from_no_opinion_to_a_response(
    app: Flask, survey: str, office: Visitor, tables: Any
) -> None:
    """The random id of the answer is all; of the answer no row tells more than before."""
    propose(app, office, survey)
    row = dict(tables("survey_opinions")[0])
    answers = {str(one["id"]) for one in tables("survey_open_answers")}
    responses = {str(one["id"]) for one in tables("survey_responses")}
    linked = {str(value) for value in row.values()}
    assert len(linked & answers) == 1
    assert not linked & responses
    assert all(one["response_id"] is None for one in tables("survey_open_answers"))
    others = [tables(name) for name in ("revisions", "queue_items", "journal_events", "notices")]
    assert not [one for one in answers if one in repr(others)]
    assert "张三" not in repr(others)


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        (RAW, True),
        ("少开会，多下去看看", True),
        (SHORT, True),
        ("[…]多下去看看", True),
        ("多下去看看[…]少开会", False),  # another order says something else
        ("少开会，多下去走走", False),
        ("[…]", False),
    ],
)
def test_only_the_own_words_with_marks_where_some_are_left_out(words: str, holds: bool) -> None:
    assert is_shortened(RAW, words) is holds


def test_a_reviewer_hides_or_covers_what_was_published(
    app: Flask, cast: Cast, desk: Desk, survey: str, office: Visitor
) -> None:
    moderator, reader = cast.visitor("moderator"), cast.visitor("leader")
    propose(app, office, survey)
    mine, listed = f"/surveys/opinions/{opinion(app)}", f"/surveys/{survey}/opinions"
    assert decide(app, moderator, "approve") == 302
    assert mine in moderator.get(listed).text
    assert mine not in reader.get(listed).text.replace(f"{mine}/flag", "")
    page = moderator.get(mine).text
    assert f"{mine}/hide" in page
    assert f"{mine}/redact" in page
    for who in (reader, office):
        for verb in ("hide", "redact"):
            assert who.post(f"{mine}/{verb}", WHY).status_code == 403, verb
    shown = re.search(r'name="revision"[^>]*value="(\d+)"', moderator.get(f"{mine}/redact").text)
    assert shown is not None
    sent = {"revision": shown[1], "passages": "下去看看", **WHY}
    assert moderator.post(f"{mine}/redact", sent).status_code == 302
    assert "少开会，多▇▇▇[…]" in reader.get(listed).text
    assert moderator.post(f"{mine}/hide", {"reason": "private", **WHY}).status_code == 302
    assert "少开会" not in reader.get(listed).text
    assert "这一条已经不公开了" in moderator.get(f"{mine}/hide").text
    assert WHY["explanation"] in office.get(mine).text


def test_before_the_survey_ends_its_page_says_when_it_is_read(
    app: Flask, cast: Cast, desk: Desk, office: Visitor
) -> None:
    slug = desk.make(publish_words=True)
    for name in PEOPLE:
        desk.fill(cast.visitor(name), slug, q_text=RAW if name == "cadre" else "另一句。")
    desk.release(slug)
    moderator = cast.visitor("moderator")
    propose(app, office, slug)
    assert decide(app, moderator, "approve") == 302
    mine = f"/surveys/opinions/{opinion(app)}"
    for who in (office, moderator):
        assert "问卷结束以后登在结果页" in who.get(mine).text
    early = cast.visitor("leader").get(f"/surveys/{slug}/opinions")
    assert early.status_code == 403
    assert "结果还没有公布" in early.text
    assert "少开会" not in early.text
