"""Reading campaigns: who may, what the pages say, at what cost, and when phases change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from campaigns.bringing_in import bring_in
from campaigns.models import Campaign, current
from campaigns.notice_text import parse
from core import clock
from core.db import db
from core.policy import SYSTEM
from tests.campaigns.conftest import SLUG, URL, make, shift
from tests.campaigns.texts import LOOSE
from tests.conftest import counted
from tests.people import Cast


@pytest.mark.parametrize("url", ["/campaigns", URL, f"{URL}/notice", f"{URL}/edit"])
def test_reading_needs_a_sign_in(app: Flask, cast: Cast, campaign_id: int, url: str) -> None:
    answer = cast.visitor().get(url)
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")


def test_page_shows_phases_notice_and_ways_in(cast: Cast, campaign_id: int) -> None:
    page = cast.visitor("cadre").get(URL).get_data(as_text=True)
    for words in (
        "三件事，一件件办。",
        "学习动员",
        "征求意见",
        "第二阶段",
        "还有 20 天",
        "指导思想",
    ):
        assert words in page
    assert f'href="{URL}/notice#p-2-1"' in page
    assert 'aria-current="step"' in page
    for way in ("/forum", "/surveys", "/letters"):
        assert f'href="{way}"' in page


def test_page_in_english(cast: Cast, campaign_id: int) -> None:
    visitor = cast.visitor("cadre")
    visitor.client.set_cookie("language", "en")
    page = visitor.get(URL).get_data(as_text=True)
    assert "Phase 2" in page
    assert "20 days left" in page


def test_list_shows_what_is_open_and_hides_drafts(app: Flask, cast: Cast, campaign_id: int) -> None:
    make(app, state="draft", slug="unseen")
    reader = cast.visitor("cadre").get("/campaigns").get_data(as_text=True)
    assert URL in reader
    assert "unseen" not in reader
    assert "unseen" in cast.visitor("office").get("/campaigns").get_data(as_text=True)


def test_empty_list_says_what_comes(cast: Cast) -> None:
    assert "还没有活动" in cast.visitor("cadre").get("/campaigns").get_data(as_text=True)


@pytest.mark.parametrize("path", ["", "/notice", "/edit", "/glossary"])
def test_draft_does_not_exist_for_readers(cast: Cast, draft_id: int, path: str) -> None:
    assert cast.visitor("cadre").get(URL + path).status_code == 404
    assert cast.visitor("office").get(URL + path).status_code == 200


def test_notice_in_numbered_paragraphs(cast: Cast, campaign_id: int) -> None:
    page = cast.visitor("cadre").get(f"{URL}/notice").get_data(as_text=True)
    assert 'id="p-2-1-3"' in page
    assert "摸清底数" in page
    assert "机关〔2026〕7号" in page
    assert "2026年2月20日" in page


def test_term_is_linked_where_it_first_stands(cast: Cast, campaign_id: int) -> None:
    page = cast.visitor("cadre").get(f"{URL}/notice").get_data(as_text=True)
    assert page.count('class="term"') == 1
    assert "为民为本、务实为本、清廉为本。" in page


def test_older_version_says_so(app: Flask, cast: Cast, campaign_id: int) -> None:
    with app.app_context():
        bring_in(parse(LOOSE.replace("务实", "踏实"), 2026), slug=SLUG)
        db.session.commit()
    reader = cast.visitor("cadre")
    assert "踏实" in reader.get(f"{URL}/notice").get_data(as_text=True)
    old = reader.get(f"{URL}/notice?version=1").get_data(as_text=True)
    assert "务实" in old
    assert "后来改过" in old
    assert reader.get(f"{URL}/notice?version=3").status_code == 404


def test_what_the_notice_says_is_shown_as_text(app: Flask, cast: Cast) -> None:
    with app.app_context():
        text = (
            "通知<script>alert(1)</script>\n各单位：\n一、<img src=x onerror=alert(1)>\n正文<b>。\n"
        )
        bring_in(parse(text, 2026), slug="hostile")
        db.session.commit()
    for path in ("", "/notice", "/edit"):
        page = cast.visitor("office").get(f"/campaigns/hostile{path}").get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("url", "most"),
    [("/campaigns", 6), (URL, 6), (f"{URL}/notice", 6)],
)
def test_statements(app: Flask, cast: Cast, campaign_id: int, url: str, most: int) -> None:
    reader = cast.visitor("cadre")
    reader.get(url)
    for number in range(3):
        make(app, slug=f"more-{number}")
    with counted(app) as seen:
        assert reader.get(url).status_code == 200
    assert len(seen) <= most, seen


def test_masthead_stands_on_the_home_page_at_one_statement(
    app: Flask, cast: Cast, campaign_id: int
) -> None:
    page = cast.visitor("cadre").get("/").get_data(as_text=True)
    assert "三件事，一件件办。" in page
    assert page.count("<h1") == 1
    cast.id("cadre")
    with app.app_context():
        reader = cast.person("cadre")
        with counted(app) as seen:
            assert current(reader) is not None
        assert len(seen) == 1


def test_masthead_shows_the_one_that_is_on(app: Flask, cast: Cast, campaign_id: int) -> None:
    shift(app, make(app, slug="past"), -90, -50)
    shift(app, make(app, slug="next"), 5, 9)
    cast.id("cadre"), cast.id("office")
    with app.app_context():
        reader, office = cast.person("cadre"), cast.person("office")

        def shown(days: int) -> str:
            with clock.travel(clock.now() + timedelta(days=days)):
                found = current(reader)
                assert found is not None
                return found.slug

        assert shown(0) == SLUG
        assert shown(-60) == "past"
        db.session.get_one(Campaign, campaign_id).advance("close", office)
        db.session.commit()
        assert shown(0) == "next"
        assert shown(30) == "next"


def test_phase_changes_at_local_midnight(app: Flask, campaign_id: int) -> None:
    with app.app_context():
        campaign = db.session.get_one(Campaign, campaign_id)
        db.session.refresh(campaign, ["phases"])
        first, second = campaign.phases
        assert second.starts_on is not None
        midnight = clock.start_of(second.starts_on)
        with clock.travel(midnight - timedelta(seconds=2)):
            assert (first.course, second.course) == ("now", "ahead")
            assert first.days_left == 0
        with clock.travel(midnight + timedelta(seconds=2)):
            assert (first.course, second.course) == ("done", "now")
            assert [one.number for one in campaign.phases_now] == [2]


def test_phases_may_overlap(app: Flask, cast: Cast, campaign_id: int) -> None:
    with app.app_context():
        campaign = db.session.get_one(Campaign, campaign_id)
        db.session.refresh(campaign, ["phases"])
        campaign.phases[0].ends_on = clock.today()
        db.session.commit()
    page = cast.visitor("cadre").get(URL).get_data(as_text=True)
    assert "第一阶段 · 学习动员 · 今天是最后一天；第二阶段" in page


def test_stranger_sees_no_campaign(app: Flask, campaign_id: int) -> None:
    with app.app_context():
        assert db.session.scalars(Campaign.visible_to(SYSTEM)).all() == []
