"""The list of a campaign's proposals: narrowed, paged, at the same cost however many there are."""

from __future__ import annotations

from flask import Flask

from campaigns.proposals import SOURCE, Proposal
from core import refilling
from core.db import db
from tests.campaigns.conftest import URL
from tests.campaigns.proposing import Proposals
from tests.conftest import counted
from tests.people import Cast

LIST = f"{URL}/proposals"


def test_narrowed_by_answer_and_by_unit(cast: Cast, proposals: Proposals) -> None:
    author, moderator, reader = (cast.visitor(one) for one in ("cadre", "moderator", "cadre2"))
    first = proposals.published(author, moderator, title="县里的一条建议")
    proposals.published(author, moderator, title="地区的一条建议", unit="prefecture")
    proposals.answer(cast.visitor("leader"), first)
    county, prefecture = cast.unit_id("county"), cast.unit_id("prefecture")
    for query, shown, hidden in (
        ("?state=adopted", "县里的一条", "地区的一条"),
        ("?state=open", "地区的一条", "县里的一条"),
        (f"?unit={county}", "县里的一条", "地区的一条"),
        (f"?unit={prefecture}&state=adopted", "没有这样的建议", "县里的一条"),
    ):
        page = reader.get(LIST + query).text
        assert shown in page, query
        assert hidden not in page, query
    for odd in ("?state=x&unit=x", f"?unit={10**30}", "?page=99999999"):
        assert reader.get(LIST + odd).status_code == 200


def test_pages_cost_the_same(app: Flask, cast: Cast, proposals: Proposals) -> None:
    author, moderator, reader = (cast.visitor(one) for one in ("cadre", "moderator", "cadre2"))
    assert "还没有建议" in reader.get(LIST).text
    for number in range(2):
        proposals.published(author, moderator, title=f"第一页第 {number} 条")
    with counted(app) as few:
        reader.get(LIST)
    with app.app_context():
        one = db.session.scalars(db.select(Proposal)).first()
        assert one is not None
        columns = {
            c.name: getattr(one, c.key) for c in Proposal.__table__.columns if c.name != "id"
        }
        db.session.execute(db.insert(Proposal.__table__), [columns] * 40)
        db.session.commit()
    with counted(app) as many:
        assert 'rel="next"' in reader.get(LIST).text
    assert len(few) == len(many) <= 6, many


def test_a_draft_campaign_shows_none(cast: Cast, draft_id: int) -> None:
    assert cast.visitor("cadre").get(LIST).status_code == 404
    assert cast.visitor().get(LIST).status_code == 302


def test_the_index_is_filled_anew_as_it_was(app: Flask, cast: Cast, proposals: Proposals) -> None:
    proposals.published(cast.visitor("cadre"), cast.visitor("moderator"))
    proposals.write(cast.visitor("cadre"), title="还在等的一条")
    with app.app_context():
        assert SOURCE is not None
        found = list(refilling.walk(Proposal.kind))[-1]
        assert (found.count, found.faults) == (1, [])
