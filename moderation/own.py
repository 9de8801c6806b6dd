"""What a person wrote and where it stands: one list over every kind, told from the versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import aliased, load_only

from core import text
from core.db import db
from core.i18n import _, _l
from core.policy import Actor

from .finding import plain
from .key import read_key, write_key
from .models import QueueItem, Revision
from .reviewable import Named, kinds
from .standing import Standing, Unsettled, apart

PAGE = 25
EXCERPT = 80  # characters of a text shown in the list
COLUMNS = (
    *(Revision.subject_kind, Revision.subject_id, Revision.author_id, Revision.title),
    *(Revision.body_html, Revision.state, Revision.created_at, Revision.purged_at),
    *(Revision.edit_kind, Revision.accepted_at),
)

_public = aliased(Revision)
_newer = aliased(Revision)
IS_PUBLIC = (
    select(_public.id)
    .where(
        _public.subject_kind == Revision.subject_kind,
        _public.subject_id == Revision.subject_id,
        plain(_public.state) == "published",
    )
    .exists()
)
# What a reviewer made of it and was taken back is no later version.
IS_LATEST = and_(
    Revision.state != "reverted",
    ~select(_newer.id)
    .where(
        _newer.subject_kind == Revision.subject_kind,
        _newer.subject_id == Revision.subject_id,
        _newer.number > Revision.number,
        _newer.state != "reverted",
    )
    .exists(),
)
MENDED = and_(
    Revision.state == "published", Revision.edit_kind == "amend", Revision.accepted_at.is_(None)
)
SHOWN: dict[str, tuple[Any, ColumnElement[bool]]] = {
    "mine": (_l("等我的"), or_(Revision.state == "returned", MENDED)),
    "waiting": (_l("等审核的"), Revision.state.in_(("pending", "appealed", "suspended"))),
    "public": (_l("公开的"), IS_PUBLIC),
    "closed": (
        _l("没有公开的"),
        and_(
            Revision.state.in_(("rejected", "hidden", "upheld", "withdrawn", "sealed")), ~IS_PUBLIC
        ),
    ),
}


@dataclass(frozen=True)
class OwnText:
    """A row of the list: the newest version, what its kind calls it, how it stands."""

    revision: Revision
    named: Named
    standing: Standing

    @property
    def label(self) -> str:
        return kinds[self.revision.subject_kind].label_of(self.revision)

    @property
    def excerpt(self) -> str:
        return text.excerpt(self.revision.body_html, EXCERPT)

    @property
    def is_mended(self) -> bool:
        """Whether a reviewer's version waits for its author's word."""
        one = self.revision
        return one.state == "published" and one.edit_kind == "amend" and one.accepted_at is None


@dataclass(frozen=True)
class OwnPage:
    """Some rows, and the key from which the older ones go on (None: it ends here)."""

    rows: list[OwnText]
    following: str | None


def page(actor: Actor, shown: str, after: str) -> OwnPage:
    """What the actor wrote, the newest version first. Two statements, and one for each kind."""
    asked = (
        select(Revision, IS_PUBLIC, QueueItem.due_at)
        .outerjoin(
            QueueItem, and_(QueueItem.revision_id == Revision.id, QueueItem.closed_at.is_(None))
        )
        .where(Revision.author_id == actor.id, IS_LATEST)
        .options(load_only(*COLUMNS))
        .order_by(Revision.created_at.desc(), Revision.id.desc())
        .limit(PAGE + 1)
    )
    if shown in SHOWN:
        asked = asked.where(SHOWN[shown][1])
    if (key := read_key(after)) is not None:
        asked = asked.where(tuple_(Revision.created_at, Revision.id) < key)
    found: list[Any] = [tuple(row) for row in db.session.execute(asked)]
    rows = _rows(found[:PAGE], actor)
    last = rows[-1].revision if len(found) > PAGE else None
    return OwnPage(rows, write_key(last.created_at, last.id) if last else None)


def _rows(found: Sequence[tuple[Revision, bool, datetime | None]], actor: Actor) -> list[OwnText]:
    names = _names([revision for revision, _public, _due in found], actor)
    standings = apart([(_unsettled(one, is_public), due_at) for one, is_public, due_at in found])
    return [
        OwnText(one, names[one.subject_kind, one.subject_id], standing)
        for (one, _public, _due), standing in zip(found, standings, strict=True)
    ]


def _unsettled(revision: Revision, is_public: bool) -> Unsettled:
    return Unsettled(
        revision.subject_id,
        revision.id,
        revision.state,
        is_public,
        revision.created_at,
        revision.is_purged,
    )


def _names(revisions: list[Revision], actor: Actor) -> dict[tuple[str, int], Named]:
    """What the actor's texts are called; of where one stands that the actor may no longer read,
    nothing but what the actor wrote."""
    ids: dict[str, list[int]] = {}
    for one in revisions:
        ids.setdefault(one.subject_kind, []).append(one.subject_id)
    found = {
        (kind, subject_id): named
        for kind, wanted in ids.items()
        for subject_id, named in kinds[kind].named_to(actor, wanted).items()
    }
    for one in revisions:
        shut = Named(one.title or _("（原处现在不对你开放）"), "", None)
        found.setdefault((one.subject_kind, one.subject_id), shut)
    return found
