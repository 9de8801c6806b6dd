"""The published version of a letter and its reply: what the office wrote of both, under a number of
its own. Of the letter it tells the category, the unit, the day of the reply and how long it took.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, and_, or_, select, union
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from accounts.models import Unit
from core import i18n, refilling, search
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _, _l
from core.policy import Actor
from core.text import plain
from moderation import (
    UNDER_REVIEW,
    Context,
    Named,
    Reviewable,
    Revision,
    covers,
    latest_revisions,
    only_place,
)

from .isolating import isolate, rejoin
from .models import Letter, Number, Reply

PLACE = "letters:public"
PARTS = "<hr>"  # between the question and the reply


def new_number() -> int:
    """A random number of nine digits: it tells neither the letter, nor order, nor count."""
    return 10**8 + secrets.randbelow(9 * 10**8)


class PublicLetter(Reviewable, Base):
    """A letter and its reply as everybody may read them; the letter's own number stays inside."""

    __tablename__ = "public_letters"
    __table_args__ = (Index(None, "published_at", "id"),)

    kind = "letters:public"
    kind_name = _l("来信和答复的公开稿")
    seal_reach = _l(
        "原来的信和答复同时隔离，承办单位不再看得到；信箱办公室会收到通知，由他们处理原信。"
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=new_number)
    letter_id: Mapped[int] = mapped_column(
        Number, ForeignKey("letters.id", ondelete="CASCADE"), unique=True
    )
    category: Mapped[str] = mapped_column(String(30))
    replying_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    replied_on: Mapped[date]
    took_days: Mapped[int]  # working days from receipt to reply

    letter: Mapped[Letter] = relationship(lazy="raise_on_sql")
    replying_unit: Mapped[Unit] = relationship(foreign_keys=[replying_unit_id], lazy="raise_on_sql")
    unit: Mapped[Unit] = cast(
        "Mapped[Unit]", relationship(foreign_keys=[unit_id], lazy="raise_on_sql")
    )

    @property
    def url(self) -> str:
        return self.review_url(self.id)

    @property
    def missing_consent(self) -> str:
        """Why no version of it can be handed in now; "" when one can (needs `letter`)."""
        return why_not(self.letter)

    @property
    def was_public(self) -> bool:
        """Whether others have read it and do so no more: its address says that much."""
        return self.published_at is not None and not self.is_public

    @staticmethod
    def visible_to(actor: Actor) -> Select[PublicLetter]:
        """The public ones for everybody, and that one was; all for the mail office; for reviewers
        those under review, but none in which they are concerned."""
        latest = latest_revisions()
        seen: list[ColumnElement[bool]] = [PublicLetter.published_at.is_not(None)]
        if actor.is_authenticated:
            reviewed = and_(covers(actor, PublicLetter.unit_id), latest.state.in_(UNDER_REVIEW))
            seen.append(and_(reviewed, PublicLetter.id.not_in(PublicLetter.barred(actor))))
        found = (
            select(PublicLetter)
            .join(PublicLetter.unit)
            .outerjoin(PublicLetter.latest_revision.of_type(latest))
            .options(
                contains_eager(PublicLetter.unit),
                contains_eager(PublicLetter.latest_revision.of_type(latest)),
                joinedload(PublicLetter.replying_unit),
            )
        )
        return found if actor.holds("mail_office") else found.where(or_(*seen))

    # --- As a kind of content under review ------------------------------------------------

    @classmethod
    def barred(cls, actor: Actor) -> Select[Any]:
        """Nobody reviews the own letter, nor a reply that one had a hand in."""
        who = actor.id or 0
        mine = [
            select(Letter.id).where(or_(Letter.writer_id == who, Letter.handler_id == who)),
            select(Letter.id).where(Letter.unit_agreed_by_id == who),
            select(Reply.letter_id).where(
                or_(Reply.drafted_by_id == who, Reply.signed_by_id == who)
            ),
        ]
        return select(cls.id).where(cls.letter_id.in_(union(*mine)))

    @classmethod
    def concerned(cls, subject_id: int) -> set[int]:
        its = select(cls.letter_id).where(cls.id == subject_id).scalar_subquery()
        columns = (Letter.writer_id, Letter.handler_id, Letter.unit_agreed_by_id)
        parts = [select(column).where(Letter.id == its) for column in columns]
        parts += [
            select(column).where(Reply.letter_id == its)
            for column in (Reply.drafted_by_id, Reply.signed_by_id)
        ]
        return {one for one in db.session.scalars(union(*parts)) if one is not None}

    @classmethod
    def label_of(cls, revision: Revision) -> str:
        return _("公开的来信和答复")

    @classmethod
    def lock(cls, subject_id: int) -> None:
        """The letter first, as its own pages do: a seal isolates it."""
        its = select(cls.letter_id).where(cls.id == subject_id).scalar_subquery()
        letter = select(Letter.id).where(Letter.id == its)
        db.session.execute(letter.with_for_update(key_share=True))
        super().lock(subject_id)

    @classmethod
    def in_place(cls) -> Select[Any]:
        return super().in_place().options(joinedload(PublicLetter.letter))

    @classmethod
    def in_context(cls, subject_id: int) -> tuple[PublicLetter, Context]:
        """Nothing of the letter itself: that is read by those who work on it alone."""
        found = cls.for_review(subject_id)
        shown = found.public_revision or found.latest_revision
        title = shown.title if shown is not None and shown.title else _("公开的来信和答复")
        return found, Context(title, found.url if found.is_public else None)

    @classmethod
    def named(cls, ids: Collection[int] | Select[Any]) -> dict[int, Named]:
        rows = db.session.execute(
            select(PublicLetter.id, Revision.title)
            .join(PublicLetter.latest_revision)
            .where(PublicLetter.id.in_(ids))
        )
        name = _("公开的来信和答复")
        return {row.id: Named(row.title or name, name, cls.review_url(row.id)) for row in rows}

    @classmethod
    def review_places(cls, actor: Actor | None = None) -> Select[Any]:
        return only_place(PLACE, _("部长信箱"))

    @property
    def review_place(self) -> str:
        return PLACE

    @property
    def review_place_name(self) -> str:
        return _("部长信箱")

    def published(self, revision: Revision) -> None:
        """Only what writer and unit agree to goes out, whatever a reviewer decides."""
        refuse_without_consent(self.letter, is_isolated_by_seal=self.is_sealed)
        search.put(
            self.kind,
            self.id,
            revision.title or "",
            plain(revision.body_html),
            self.published_at or revision.created_at,
            "public",
            is_new=not self.is_public,
            marks=marks_of(self.category, self.replying_unit_id),
        )

    def sealed(self) -> None:
        isolate(self.letter)

    def unsealed(self) -> None:
        rejoin(self.letter)
        if self.is_public:
            refuse_without_consent(self.letter)

    def unpublished(self) -> None:
        search.drop(self.kind, self.id)


def why_not(letter: Letter, *, is_isolated_by_seal: bool = False) -> str:
    """Why a letter may not be published: both sides agree, and others may read it at all; else ""."""
    if letter.is_restricted and not is_isolated_by_seal:
        return _("这封信已隔离，不能公开。")
    if not letter.is_publication_agreed:
        return _("写信人没有同意公开，或者已经收回同意。")
    if letter.unit_agreed_by_id is None:
        return _("承办单位还没有同意公开答复。")
    return ""


def refuse_without_consent(letter: Letter, *, is_isolated_by_seal: bool = False) -> None:
    """Raises Conflict with the reason."""
    if reason := why_not(letter, is_isolated_by_seal=is_isolated_by_seal):
        raise Conflict(letter, reason)


def marks_of(category: str, unit_id: int) -> list[str]:
    """What a published letter may be narrowed by when it is sought."""
    return [f"lc{category}", f"lu{unit_id}"]


def parts_of(html: str) -> tuple[str, str]:
    """The question and the reply of a version."""
    question, _line, reply = html.partition(PARTS)
    return question, reply


def unit_name(unit: Unit) -> str:
    return i18n.pick({"zh": unit.name, "en": unit.name_en or ""})


def index_rows(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The entries of some published letters, as `published` puts them."""
    found = db.session.scalars(
        select(PublicLetter)
        .where(PublicLetter.id.in_(ids))
        .options(joinedload(PublicLetter.public_revision))
    )
    return [
        row
        for one in found
        if (revision := one.public_revision) is not None
        for row in search.rows(
            one.kind,
            one.id,
            revision.title or "",
            plain(revision.body_html),
            one.published_at or revision.created_at,
            "public",
            marks=marks_of(one.category, one.replying_unit_id),
        )
    ]


SOURCE = refilling.Source(
    PublicLetter.id,
    select(PublicLetter.id).where(PublicLetter.public_revision_id.is_not(None)),
    index_rows,
)
