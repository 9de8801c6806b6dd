"""`campaigns import-notice FILE`: what it makes, prints and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from campaigns.models import Campaign, CampaignNotice, GlossaryTerm, latest_notice
from core import journal, search
from core.db import db
from core.policy import SYSTEM
from tests.campaigns.texts import LOOSE, TIGHT
from tests.people import Cast


def run(app: Flask, tmp_path: Path, text: str | bytes, *options: str) -> Result:
    file = tmp_path / "notice.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return app.test_cli_runner().invoke(args=["campaigns", "import-notice", str(file), *options])


def campaigns(app: Flask) -> list[Campaign]:
    with app.app_context():
        found = select(Campaign).options(joinedload(Campaign.phases)).order_by(Campaign.id)
        return list(db.session.scalars(found).unique())


def test_makes_the_campaign_and_says_what_it_understood(app: Flask, tmp_path: Path) -> None:
    result = run(app, tmp_path, LOOSE)
    assert result.exit_code == 0
    for words in ("问计基层", "3 个部分", "2 个阶段", "学习动员", "统一思想。", "2026-03-02"):
        assert words in result.output
    (campaign,) = campaigns(app)
    assert (campaign.slug, campaign.title) == ("campaign-2026", "“问计基层”大讨论活动")
    assert campaign.state == "open"
    assert [phase.title for phase in campaign.phases] == ["学习动员", "征求意见"]
    with app.app_context():
        notice = latest_notice(campaign.id)
        assert notice is not None
        assert (notice.number, notice.reference) == (1, "机关〔2026〕7号")
        assert next(one for one in notice.paragraphs if one.path == "2-1-3").text == "摸清底数。"
        assert [event.verb for event in journal.history(Campaign.kind, campaign.id)] == [
            "import",
            "open",
        ]


def test_same_words_again_change_nothing(app: Flask, tmp_path: Path) -> None:
    run(app, tmp_path, LOOSE)
    result = run(app, tmp_path, LOOSE.replace("\n", "\r\n").encode("gb18030", "ignore"))
    assert result.exit_code == 0
    assert "没有改动" in result.output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CampaignNotice)) == 1
        assert db.session.scalar(select(func.count()).select_from(Campaign)) == 1


def test_changed_words_are_a_new_version_and_edits_stay(app: Flask, tmp_path: Path) -> None:
    run(app, tmp_path, LOOSE)
    with app.app_context():
        (campaign,) = db.session.scalars(select(Campaign))
        campaign.lead = "办公室写的导语"
        term = db.session.scalar(select(GlossaryTerm))
        assert term is not None
        term.explanation = "办公室的解释"
        db.session.commit()
    result = run(app, tmp_path, LOOSE.replace("务实为本", "踏实为本"))
    assert "第 2 版" in result.output
    (campaign,) = campaigns(app)
    assert campaign.lead == "办公室写的导语"
    with app.app_context():
        assert db.session.scalars(select(GlossaryTerm.explanation)).all() == ["办公室的解释"]


def test_slug_names_the_campaign(app: Flask, tmp_path: Path) -> None:
    run(app, tmp_path, LOOSE, "--slug", "ask-below")
    result = run(app, tmp_path, TIGHT, "--slug", "ask-below")
    assert "第 2 版" in result.output
    assert [one.slug for one in campaigns(app)] == ["ask-below"]


@pytest.mark.parametrize("slug", ["Ask Below", "问计", "-a", "a--b", "a" * 61, ""])
def test_bad_slug_is_refused(app: Flask, tmp_path: Path, slug: str) -> None:
    result = run(app, tmp_path, LOOSE, "--slug", slug)
    assert result.exit_code == 1
    assert "--slug" in result.output
    assert campaigns(app) == []


def test_another_campaign_of_the_year_gets_another_slug(app: Flask, tmp_path: Path) -> None:
    run(app, tmp_path, LOOSE)
    run(app, tmp_path, LOOSE.replace("问计基层", "问需基层"))
    assert [one.slug for one in campaigns(app)] == ["campaign-2026", "campaign-2026-2"]


def test_without_dates_it_stays_a_draft_and_says_so(app: Flask, tmp_path: Path) -> None:
    result = run(app, tmp_path, TIGHT)
    assert result.exit_code == 0
    assert "没有读出起止日期" in result.output
    (campaign,) = campaigns(app)
    assert campaign.state == "draft"


def test_draft_when_asked(app: Flask, tmp_path: Path) -> None:
    result = run(app, tmp_path, LOOSE, "--draft")
    assert "草稿" in result.output
    (campaign,) = campaigns(app)
    assert campaign.state == "draft"


def test_title_when_asked(app: Flask, tmp_path: Path) -> None:
    run(app, tmp_path, LOOSE, "--title", "自己起的名字")
    assert campaigns(app)[0].title == "自己起的名字"


@pytest.mark.parametrize(
    "data", [b"", b"no notice", "只是一句话。".encode(), b"PK\x03\x04", b"\xff\xff\x00"]
)
def test_what_is_no_notice_exits_1_with_a_sentence(app: Flask, tmp_path: Path, data: bytes) -> None:
    result = run(app, tmp_path, data)
    assert result.exit_code == 1
    assert "没有导入" in result.output
    assert campaigns(app) == []


def test_database_that_is_not_there(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        Campaign.metadata.tables["campaign_notice_paragraphs"].drop(db.engine)
    try:
        result = run(app, tmp_path, LOOSE)
        assert result.exit_code == 1
        assert "数据库" in result.output
    finally:
        with app.app_context():
            Campaign.metadata.tables["campaign_notice_paragraphs"].create(db.engine)
    assert campaigns(app) == []


def test_notice_is_found_by_search_once_the_campaign_is_open(
    app: Flask, cast: Cast, tmp_path: Path
) -> None:
    run(app, tmp_path, LOOSE, "--draft")
    reader = cast.visitor("cadre")
    page = reader.get("/search?q=摸清底数").get_data(as_text=True)
    assert "/campaigns/campaign-2026/notice" not in page
    cast.visitor("office").post("/campaigns/campaign-2026/open")
    page = reader.get("/search?q=摸清底数").get_data(as_text=True)
    assert "/campaigns/campaign-2026/notice" in page


def test_root_of_the_tree_calls_the_campaign(app: Flask, cast: Cast, tmp_path: Path) -> None:
    region = cast.unit_id("region")
    run(app, tmp_path, LOOSE)
    assert campaigns(app)[0].unit_id == region


def test_index_holds_nothing_of_a_draft(app: Flask, tmp_path: Path) -> None:
    run(app, tmp_path, TIGHT)
    with app.app_context():
        assert search.find("实事求是", SYSTEM).total == 0


def test_help_gives_an_example(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["campaigns", "import-notice", "--help"])
    assert "Example: flask --app app campaigns import-notice" in result.output
