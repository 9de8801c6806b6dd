"""Published letters and replies: the list that everybody reads and searches, and one of them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from accounts.models import Unit
from core import search
from core.db import db
from core.gate import LARGEST_ID, requires
from core.i18n import _
from core.paging import Pager, asked_page
from moderation import (
    UNDER_REVIEW,
    Revision,
    Stand,
    is_reviewer,
    pages_around,
    remarks_on,
    retract,
    standing_of,
)

from .categories import CATEGORIES
from .public import PublicLetter, parts_of, unit_name
from .views import bp

PAGE = 20
WITH_VERSIONS = (joinedload(PublicLetter.public_revision), joinedload(PublicLetter.letter))
PUBLIC = PublicLetter.public_revision_id.is_not(None)


@bp.get("/letters/public")
@requires("letters:public:list")
def list_public() -> Any:
    """The newest first; searched by words, and narrowed by category and unit."""
    words = request.args.get("q", "").strip()[:100]
    category = request.args.get("category", "")
    category = category if category in CATEGORIES else ""
    unit_id = request.args.get("unit", type=int)
    unit_id = unit_id if unit_id is not None and 0 < unit_id <= LARGEST_ID else None
    asked = {"q": words, "category": category, "unit": unit_id}
    return render_template(
        "letters/public_list.html",
        pager=_found(words, category, unit_id) if words else _listed(category, unit_id),
        asked={name: value for name, value in asked.items() if value},
        units={row.id: unit_name(row) for row in _units()},
    )


def _units() -> Any:
    """The units of which a reply is published."""
    replying = select(PublicLetter.replying_unit_id).where(PUBLIC)
    return db.session.execute(
        select(Unit.id, Unit.name, Unit.name_en).where(Unit.id.in_(replying)).order_by(Unit.path)
    ).all()


def _listed(category: str, unit_id: int | None) -> Pager[Any]:
    number = asked_page()
    wanted: list[Any] = [PUBLIC]
    if category:
        wanted.append(PublicLetter.category == category)
    if unit_id is not None:
        wanted.append(PublicLetter.replying_unit_id == unit_id)
    total = db.session.scalar(select(func.count(PublicLetter.id)).where(*wanted)) or 0
    rows = db.session.execute(
        select(
            *(PublicLetter.id, PublicLetter.category, PublicLetter.replied_on),
            *(PublicLetter.took_days, Revision.title, Revision.body_html),
            *(Unit.name, Unit.name_en),
        )
        .join(PublicLetter.public_revision)
        .join(Unit, Unit.id == PublicLetter.replying_unit_id)
        .where(*wanted)
        .order_by(PublicLetter.replied_on.desc(), PublicLetter.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    return Pager(number, PAGE, total, rows.all())


def _found(words: str, category: str, unit_id: int | None) -> Pager[Any]:
    """What has the words, by the index of the site's search."""
    marks = [(f"lc{category}",)] if category else []
    if unit_id is not None:
        marks.append((f"lu{unit_id}",))
    filters = search.Filters(kind=PublicLetter.kind, marks=tuple(marks))
    return search.find(words, current_user, asked_page(), filters)


@bp.get("/letters/public/<int:id>")
@requires("letters:public:show", PublicLetter, load=WITH_VERSIONS)
def show_public(record: PublicLetter) -> Any:
    """What everybody reads; for the office and its reviewers where it stands, too. Of one that
    was taken back its address says no more than that."""
    latest = record.latest_revision
    assert latest is not None
    reviews = _reviews(record, latest)
    works = reviews or current_user.holds("mail_office")
    if not works and not record.is_public:
        return render_template("letters/public_gone.html"), 410
    shown = record.public_revision or latest
    standing = None
    if works:
        standing = standing_of(record.review_place, record.id, latest, record.is_public)
    return render_template(
        "letters/public_show.html",
        record=record,
        shown=None if shown.is_wordless else shown,
        parts=parts_of(shown.body_html),
        standing=standing,
        is_mine=record.author_id == current_user.id,
        reviews=reviews and record.author_id != current_user.id,
        remarks=remarks_on(latest) if works and latest.state == "returned" else [],
    )


def _reviews(record: PublicLetter, latest: Revision) -> bool:
    """What was taken back is the office's alone; and nobody reviews what one is concerned in."""
    is_theirs = record.is_public or latest.state in UNDER_REVIEW
    reviews = is_theirs and is_reviewer(current_user, record.unit)
    return reviews and current_user.id not in PublicLetter.concerned(record.id)


@bp.post("/letters/public/<int:id>/withdraw")
@requires("letters:public:withdraw", PublicLetter, load=WITH_VERSIONS)
def withdraw_public(record: PublicLetter) -> Any:
    there = record.url
    retract(PublicLetter.for_review(record.id, lock=True), current_user)
    db.session.commit()
    flash(_("已撤下。公开的页面和搜索里都没有它了。"), "good")
    return redirect(there)


def _stand(record: PublicLetter) -> Stand:
    shown, name = record.public_revision, _("公开的来信和答复")
    title = shown.title if shown is not None and shown.title else name
    return Stand(title, name, record.url, record.url)


pages_around(bp, PublicLetter, "/letters/public", _stand, WITH_VERSIONS)
