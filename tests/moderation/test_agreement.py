"""How far two reviewers agree: known answers, the report from the journal alone, no small group."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.db import db
from core.journal import JournalEvent
from moderation.agreement import Agreed, Pair, kappa, kappa_shown
from moderation.models import Decision
from moderation.months import Month
from moderation.report import Act, Report, count, report
from moderation.second_review import SecondReview
from tests.boards import Forum
from tests.moderation.test_second_review import draw, every_decision, judge  # noqa: F401
from tests.people import Visitor

WHY = {"reason": "abuse", "explanation": "因为。"}


def pairs(**counts: int) -> list[Pair]:
    """`pairs(ar=3)`: three times approved first and rejected second."""
    verbs = {"a": "approve", "r": "reject", "t": "return", "u": "uphold", "o": "overturn"}
    return [
        pair
        for name, number in counts.items()
        for pair in [(verbs[name[0]], verbs[name[1]])] * number
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (pairs(aa=20, ar=5, ra=10, rr=15), 0.4),
        (pairs(aa=45, ar=15, ra=25, rr=15), 0.1304),
        (pairs(aa=25, ar=35, ra=5, rr=35), 0.2593),
        # Cohen's own table of three, 1960: 0.44, 0.05, 0.01; 0.07, 0.20, 0.03; 0.09, 0.05, 0.06.
        (pairs(aa=88, at=10, ar=2, ta=14, tt=40, tr=6, ra=18, rt=10, rr=12), 0.4915),
        (pairs(aa=7, rr=3), 1.0),
        (pairs(ar=5, ra=5), -1.0),
        (pairs(aa=9), None),
        ([], None),
    ],
)
def test_kappa_of_known_tables(told: list[Pair], expected: float | None) -> None:
    found = kappa(told)
    assert found == (None if expected is None else pytest.approx(expected, abs=5e-5))


def test_kappa_is_over_first_readings_and_over_no_small_group() -> None:
    whole = pairs(aa=20, ar=5, ra=10, rr=15)
    assert kappa_shown(whole + pairs(uu=8, ou=9)) == kappa(whole)
    assert kappa_shown(pairs(aa=20, ar=2, rr=15)) is None
    assert kappa_shown(pairs(aa=20, rr=15, at=4, rt=3)) is not None  # 7 returned, 7 differed
    assert kappa_shown(pairs(aa=20, rr=15, at=4)) is None
    assert kappa_shown(pairs(aa=20, rr=4)) is None


@pytest.mark.parametrize(
    ("judged", "agreed", "differed", "expected"),
    [
        (20, 15, 5, Agreed(75.0, "exact")),
        (20, 20, 0, Agreed(100.0, "exact")),
        (20, 19, 1, Agreed(80.0, "least")),
        (20, 16, 4, Agreed(80.0, "least")),
        (20, 1, 19, Agreed(20.0, "most")),
        (4, 4, 0, None),
        (None, 9, 9, None),
        (0, 0, 0, None),
    ],
)
def test_a_share_that_tells_of_no_small_group(
    judged: int | None, agreed: int, differed: int, expected: Agreed | None
) -> None:
    assert Agreed.of(judged, agreed, differed) == expected


def of(told: list[Pair]) -> Report:
    acts = [Act("judged", "forum:dajiatan", pair=pair) for pair in told]
    return count(Month(2026, 5), acts)


def test_no_figure_under_five_can_be_worked_out(context: Flask) -> None:
    found = of(pairs(aa=18, ar=2))
    assert (found.figure("judged"), found.figure("agreed"), found.figure("differed")) == (
        20,
        None,
        None,
    )
    assert found.agreed == Agreed(80.0, "least")
    found = of(pairs(aa=3))
    assert found.figure("judged") is None
    assert found.agreed is None
    found = of(pairs(aa=12, rr=6, ar=6))
    assert (found.figure("judged"), found.figure("agreed")) == (24, 18)
    assert found.agreed == Agreed(75.0, "exact")


def live(month: Month) -> dict[str, Any]:
    """The same figures from the table."""
    found: Counter[str] = Counter()
    told = []
    rows = db.session.execute(
        sa.select(SecondReview, Decision.verb).join(
            Decision, Decision.id == SecondReview.decision_id
        )
    ).all()
    for second, first in rows:
        if month.starts_at <= second.drawn_at < month.ends_at:
            found["drawn"] += 1
        if second.closed_at and month.starts_at <= second.closed_at < month.ends_at:
            found[second.state] += 1
            if second.state == "judged":
                found["agreed" if second.verb == first else "differed"] += 1
                told.append((first, str(second.verb)))
    return {**found, "kappa": kappa_shown(told)}


def test_the_journal_alone_gives_what_the_table_gives(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    verbs = ("approve", "reject")
    for n in range(18):
        post = forum.post(forum.start(cadre, title=f"第 {n} 帖"))
        assert forum.decide(moderator, verbs[n % 2], post, **WHY).status_code == 302
    ids = draw(app)
    assert len(ids) == 18
    for n, second in enumerate(ids[:16]):
        verb = verbs[(n + (n % 3 == 0)) % 2]  # six differ
        assert judge(chief, second, verb, **WHY).status_code == 302
    with app.test_request_context():
        month = Month.of(clock.today())
        told = report(month)
        names = ("drawn", "judged", "agreed", "differed")
        found = {name: told.values[name] for name in names} | {"kappa": told.kappa}
        assert found == live(month)
        assert found["kappa"] is not None
        assert report(month.previous).values.get("judged", 0) == 0
        db.session.execute(sa.delete(SecondReview))
        assert {name: report(month).values[name] for name in names}.items() <= found.items()
        db.session.rollback()
        events = db.session.scalars(sa.select(JournalEvent).filter_by(kind=SecondReview.kind))
        assert not any("因为" in str(event.facts) for event in events)
    page = cadre.get(f"/moderation/report/{month}").text
    assert "科恩卡帕系数" in page
    assert f"{found['kappa']:.1f}" in page
    table = cadre.get(f"/moderation/report/{month}/table.csv").get_data().decode("utf-8-sig")
    figures = {(row[0], row[2]): row[3] for row in csv.reader(io.StringIO(table))}
    assert figures["二次盲审", "已判断"] == "16"


def test_a_month_without_any_says_that_chance_drew_none(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    forum.approve(moderator, forum.post(forum.start(cadre)))
    with app.test_request_context():
        month = Month.of(clock.today())
    assert "这个月没有抽到" in cadre.get(f"/moderation/report/{month}").text
