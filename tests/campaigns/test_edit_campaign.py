"""The office edits a campaign: fields, phases, terms, state; what it refuses, what it records."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from campaigns.models import Campaign, GlossaryTerm
from core import journal
from core.db import db
from tests.campaigns.conftest import URL
from tests.conftest import counted
from tests.people import Cast, Visitor

EDIT, TERMS = f"{URL}/edit", f"{URL}/glossary"


def fields(visitor: Visitor, url: str) -> dict[str, str]:
    """What a browser would send back unchanged."""
    page = visitor.get(url).get_data(as_text=True)
    form = page[page.index(f'action="{url}"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<(?:input|textarea)\b[^>]*>(?:[^<]*</textarea>)?", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag) or re.search(r">\r?\n?([^<]*)</textarea>", tag)
        if name and 'type="checkbox"' not in tag:
            sent[name[1]] = value[1] if value else ""
    sent.pop("csrf_token")
    return sent


def campaign_of(app: Flask) -> Campaign:
    with app.app_context():
        return (
            db.session.scalars(select(Campaign).options(joinedload(Campaign.phases))).unique().one()
        )


def verbs(app: Flask, campaign_id: int) -> list[str]:
    with app.app_context():
        return [event.verb for event in journal.history(Campaign.kind, campaign_id)]


def save(visitor: Visitor, **changes: Any) -> Any:
    sent = {**fields(visitor, EDIT), **{k.replace("__", "-"): v for k, v in changes.items()}}
    return visitor.post(EDIT, {name: value for name, value in sent.items() if value is not None})


def test_saving_changes_what_readers_see(app: Flask, cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    answer = save(
        office, lead="把话说透。", phases__1__title="集中征求意见", phases__1__aim="逐条答。"
    )
    assert answer.status_code == 302
    page = cast.visitor("cadre").get(URL).get_data(as_text=True)
    for words in ("把话说透。", "集中征求意见", "逐条答。"):
        assert words in page


def test_edit_is_journaled_with_what_changed_and_never_with_words(
    app: Flask, cast: Cast, campaign_id: int
) -> None:
    save(cast.visitor("office"), lead="把话说透。", phases__0__aim="新的任务。")
    with app.app_context():
        event = journal.latest(Campaign.kind, campaign_id)
        assert event is not None
        assert (event.verb, event.actor_id) == ("edit", cast.ids["office"])
        assert event.facts == {"changed": "lead,phase-1.aim"}


def test_saving_nothing_records_nothing(app: Flask, cast: Cast, campaign_id: int) -> None:
    before = verbs(app, campaign_id)
    assert save(cast.visitor("office")).status_code == 302
    assert verbs(app, campaign_id) == before


def test_phase_is_added_and_removed_and_numbers_close_up(
    app: Flask, cast: Cast, campaign_id: int
) -> None:
    office = cast.visitor("office")
    save(office, phases__2__title="总结", phases__0__remove="y")
    campaign = campaign_of(app)
    assert [(one.number, one.title) for one in campaign.phases] == [(1, "征求意见"), (2, "总结")]
    save(office, phases__0__remove="y", phases__1__remove="y")
    assert campaign_of(app).phases == []


def test_phases_may_overlap_but_stay_inside(app: Flask, cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    campaign = campaign_of(app)
    start, end = str(campaign.starts_on), str(campaign.ends_on)
    assert save(office, phases__0__starts_on=start, phases__0__ends_on=end).status_code == 302
    assert campaign.ends_on is not None
    assert campaign.starts_on is not None
    early = str(campaign.starts_on - timedelta(days=1))
    late = str(campaign.ends_on + timedelta(days=1))
    for outside in ({"phases__0__starts_on": early}, {"phases__0__ends_on": late}):
        answer = save(office, **outside)
        assert answer.status_code == 422
        assert "阶段的日期要在活动的起止之内。" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "请填写活动名称。"),
        ({"title": "字" * 121}, "最多 120 个字"),
        ({"starts_on": "2026-05-09", "ends_on": "2026-05-01"}, "结束不能早于开始。"),
        ({"starts_on": "not a day"}, "summary-title"),
        ({"starts_on": ""}, "已开放的活动不能没有这个日期。"),
        ({"ends_on": ""}, "已开放的活动不能没有这个日期。"),
        ({"phases__2__aim": "没有名称的阶段"}, "请给这个阶段一个名称。"),
    ],
)
def test_form_that_does_not_hold_keeps_what_was_typed(
    app: Flask, cast: Cast, campaign_id: int, changes: dict[str, str], words: str
) -> None:
    before = verbs(app, campaign_id)
    answer = save(cast.visitor("office"), lead="打了一半的导语", **changes)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "打了一半的导语" in page
    assert verbs(app, campaign_id) == before
    assert campaign_of(app).lead == "三件事，一件件办。"


def test_bare_post_is_refused_with_words(cast: Cast, campaign_id: int) -> None:
    assert cast.visitor("office").post(EDIT).status_code == 422


def test_stale_page_is_a_conflict_that_names_what_and_who(
    app: Flask, cast: Cast, campaign_id: int
) -> None:
    office = cast.visitor("office")
    stale = fields(office, EDIT)
    save(office, lead="第一个人的话")
    answer = office.post(EDIT, {**stale, "lead": "第二个人的话"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "office同志" in page
    assert "导语" in page
    assert campaign_of(app).lead == "第一个人的话"


def test_change_of_a_phase_alone_makes_other_pages_stale(
    app: Flask, cast: Cast, campaign_id: int
) -> None:
    office = cast.visitor("office")
    stale = fields(office, EDIT)
    save(office, phases__0__aim="只改了这里")
    assert office.post(EDIT, stale).status_code == 409


@pytest.mark.parametrize("url", [EDIT, TERMS])
@pytest.mark.parametrize("username", ["cadre", "admin", "moderator", "unit_admin"])
def test_only_the_office_edits(cast: Cast, campaign_id: int, url: str, username: str) -> None:
    visitor = cast.visitor(username)
    assert visitor.get(url).status_code == 403
    assert visitor.post(url, {"title": "别人的题目"}).status_code == 403


def test_glossary_is_edited(app: Flask, cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    sent = fields(office, TERMS)
    assert sent["terms-0-term"] == "三个为本"
    sent |= {
        "terms-0-explanation": "新的解释。",
        "terms-1-term": "摸清底数",
        "terms-1-explanation": "逐户问。",
    }
    assert office.post(TERMS, sent).status_code == 302
    with app.app_context():
        found = db.session.scalars(select(GlossaryTerm).order_by(GlossaryTerm.id)).all()
        assert {one.term: one.explanation for one in found} == {
            "三个为本": "新的解释。",
            "摸清底数": "逐户问。",
        }
    page = cast.visitor("cadre").get(f"{URL}/notice").get_data(as_text=True)
    assert page.count('class="term"') == 2
    assert verbs(app, campaign_id)[-1] == "edit"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"terms-1-term": "三个为本"}, "这个用语已经有了。"),
        ({"terms-1-explanation": "没有用语"}, "请写出用语。"),
        ({"terms-1-term": "字" * 41}, "最多 40 个字"),
    ],
)
def test_glossary_that_does_not_hold(
    cast: Cast, campaign_id: int, changes: dict[str, str], words: str
) -> None:
    office = cast.visitor("office")
    answer = office.post(TERMS, {**fields(office, TERMS), **changes})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_stale_glossary_is_a_conflict(cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    stale = fields(office, TERMS)
    save(office, lead="别人先改了")
    assert office.post(TERMS, stale).status_code == 409


# --- States -----------------------------------------------------------------------------------


def test_campaign_goes_its_way(app: Flask, cast: Cast, draft_id: int) -> None:
    office = cast.visitor("office")
    for verb, state in (
        ("open", "open"),
        ("close", "closed"),
        ("reopen", "open"),
        ("close", "closed"),
        ("archive", "archived"),
    ):
        assert office.post(f"{URL}/{verb}").status_code == 302
        assert campaign_of(app).state == state
    assert verbs(app, draft_id)[1:] == ["open", "close", "reopen", "close", "archive"]


def test_verb_twice_is_a_conflict(cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    assert office.post(f"{URL}/close").status_code == 302
    answer = office.post(f"{URL}/close")
    assert answer.status_code == 409
    assert "office同志" in answer.get_data(as_text=True)


@pytest.mark.parametrize("verb", ["open", "close", "reopen", "archive"])
def test_only_the_office_moves_it(app: Flask, cast: Cast, campaign_id: int, verb: str) -> None:
    assert cast.visitor("cadre").post(f"{URL}/{verb}").status_code == 403
    assert campaign_of(app).state == "open"


def test_draft_without_days_is_not_opened(app: Flask, cast: Cast, draft_id: int) -> None:
    with app.app_context():
        campaign = db.session.get_one(Campaign, draft_id)
        campaign.starts_on = campaign.ends_on = None
        db.session.commit()
    office = cast.visitor("office")
    answer = office.post(f"{URL}/open", follow_redirects=True)
    assert "请先设好活动的开始和结束日期" in answer.get_data(as_text=True)
    assert campaign_of(app).state == "draft"


def test_draft_may_lack_days(cast: Cast, draft_id: int) -> None:
    changes = {f"phases__{n}__{part}": "" for n in (0, 1) for part in ("starts_on", "ends_on")}
    assert save(cast.visitor("office"), starts_on="", ends_on="", **changes).status_code == 302


def test_archived_campaign_is_not_edited(app: Flask, cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    office.post(f"{URL}/close")
    office.post(f"{URL}/archive")
    assert office.get(EDIT).status_code == 403
    assert office.get(URL).status_code == 200


def test_closed_campaign_leaves_the_home_page(cast: Cast, campaign_id: int) -> None:
    cast.visitor("office").post(f"{URL}/close")
    reader = cast.visitor("cadre")
    assert "三件事" not in reader.get("/").get_data(as_text=True)
    assert "三件事" in reader.get(URL).get_data(as_text=True)


def test_edit_page_tells_the_record(cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    save(office, lead="新导语")
    page = office.get(EDIT).get_data(as_text=True)
    assert "导入了通知" in page
    assert "office同志" in page


def test_statements_of_the_edit_page(app: Flask, cast: Cast, campaign_id: int) -> None:
    office = cast.visitor("office")
    for number in range(12):
        save(office, lead=f"第 {number} 次")
    with counted(app) as seen:
        office.get(EDIT)
    assert len(seen) <= 8, seen
