"""Words from a survey's answers that the office puts forward for its results page.

The record is the office's: its author is whoever puts the words forward. Of the answer it knows
the random id and nothing else, no response, no order, no moment. It stands there without a name.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import url_for
from sqlalchemy import ForeignKey, Index, Select, String, and_, func, literal, or_, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from accounts.models import Unit
from core import clock
from core.db import Base, db
from core.errors import Conflict
from core.i18n import _, _l, pick
from core.policy import Actor
from moderation import (
    NOTHING,
    UNDER_REVIEW,
    Context,
    Named,
    Reviewable,
    Revision,
    Wording,
    Words,
    covers,
    latest_revisions,
    place,
    submit,
)

from .definition import Definition
from .ledger.models import LedgerEntry
from .models import OpenAnswer, Survey, SurveyVersion
from .results import THRESHOLD

MARK = "[…]"
SHOWN = 5  # beside a question on the results page; the others have a page of their own
_LEFT_OUT = re.compile(r"\[…\]|\[\.\.\.\]|【…】|［…］")


class Opinion(Reviewable, Base):
    """One answer's words on their way to the results page, or there."""

    __tablename__ = "survey_opinions"
    __table_args__ = (Index(None, "survey_id", "question_key", "answer_id"),)

    kind = "surveys:opinion"
    kind_name = _l("问卷里的意见")

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(32))
    # No foreign key: answers are written anew when others join them.
    answer_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = cast("Mapped[Unit]", relationship(lazy="raise_on_sql"))

    @property
    def url(self) -> str:
        """Where it stands among the results."""
        return url_for("surveys.list_opinions", slug=self.survey.slug, _anchor=f"opinion-{self.id}")

    @staticmethod
    def visible_to(actor: Actor) -> Select[Opinion]:
        """All for the office; those under review for its reviewers; the public ones for whoever
        sees a survey's results when it is over."""
        latest = latest_revisions()
        over = or_(Survey.state.in_(("closed", "archived")), Survey.closes_at <= clock.now())
        public = and_(Opinion.public_revision_id.is_not(None), Survey.state != "draft", over)
        # What is public, too, before the survey ends, when others do not yet read it.
        reviewed = and_(
            covers(actor, Opinion.unit_id), latest.state.in_(("published", *UNDER_REVIEW))
        )
        seen = or_(public, reviewed)
        found = (
            select(Opinion)
            .join(Opinion.survey)
            .join(Opinion.unit)
            .outerjoin(Opinion.latest_revision.of_type(latest))
            .options(
                contains_eager(Opinion.survey),
                contains_eager(Opinion.unit),
                contains_eager(Opinion.latest_revision.of_type(latest)),
            )
        )
        if actor.holds("office"):
            return found
        return found.where(seen) if actor.is_authenticated else found.where(latest.id.is_(None))

    # --- As a kind of content under review ------------------------------------------------

    @classmethod
    def label_of(cls, revision: Revision) -> str:
        return _("问卷意见")

    @classmethod
    def in_place(cls) -> Select[Any]:
        return super().in_place().options(joinedload(Opinion.survey))

    @classmethod
    def in_context(cls, subject_id: int) -> tuple[Opinion, Context]:
        """The words and their question. The answer itself is the office's alone."""
        newest = (
            select(func.max(SurveyVersion.number))
            .where(SurveyVersion.survey_id == Opinion.survey_id)
            .correlate(Opinion)
            .scalar_subquery()
        )
        is_newest = and_(
            SurveyVersion.survey_id == Opinion.survey_id, SurveyVersion.number == newest
        )
        found = cls.in_place().add_columns(SurveyVersion).join(SurveyVersion, is_newest)
        opinion, version = db.session.execute(found.where(Opinion.id == subject_id)).one()
        there = opinion.url if opinion.is_public else None
        question = opinion.question(version.definition)
        return opinion, Context(opinion.survey.name, there, question=question)

    def question(self, definition: Definition) -> str:
        """What was asked."""
        asked = definition.question(self.question_key)
        return pick(asked.label) if asked is not None else ""

    @classmethod
    def named(cls, ids: Collection[int] | Select[Any]) -> dict[int, Named]:
        rows = db.session.execute(
            select(Opinion.id, Survey.title).join(Opinion.survey).where(Opinion.id.in_(ids))
        )
        return {
            row.id: Named(_("问卷里的意见"), pick(row.title), cls.review_url(row.id))
            for row in rows
        }

    @classmethod
    def review_places(cls, actor: Actor | None = None) -> Select[Any]:
        made = select(Opinion.survey_id, Opinion.unit_id).distinct().subquery()
        key = literal("surveys:").concat(Survey.slug)
        columns = place(key, made.c.unit_id, literal(0), Survey.title)
        return select(*columns).join(made, made.c.survey_id == Survey.id)

    @property
    def review_place(self) -> str:
        return f"surveys:{self.survey.slug}"

    @property
    def review_place_name(self) -> str:
        return self.survey.name

    def review_heading(self, revision: Revision) -> str:
        return _("《%(title)s》里的一条意见", title=self.survey.name)[:200]

    def taken_from(self) -> list[Words]:
        return [
            Words(OpenAnswer, OpenAnswer.id == self.answer_id, text=NOTHING),
            Words(LedgerEntry, LedgerEntry.answer_id == self.answer_id, words=NOTHING),
        ]


# --- Putting forward ------------------------------------------------------------------------


def is_shortened(raw: str, words: str) -> bool:
    """Whether some words are an answer's own, with nothing but passages left out at the marks."""
    place, said = 0, " ".join(raw.split())
    for part in _LEFT_OUT.split(words):
        part = " ".join(part.split())
        found = said.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return bool("".join(_LEFT_OUT.split(words)).strip())


def answer_of(survey: Survey, answer_id: str | uuid.UUID) -> OpenAnswer | None:
    """An answer of a survey by its random id, as an address has it or a row."""
    try:
        answer_id = uuid.UUID(str(answer_id))
    except ValueError:
        return None
    return db.session.scalar(
        select(OpenAnswer).where(OpenAnswer.survey_id == survey.id, OpenAnswer.id == answer_id)
    )


def why_not(survey: Survey, definition: Definition, answer: OpenAnswer) -> str:
    """Why an answer's words cannot be put forward; "" when they can."""
    alike = select(func.count()).where(
        OpenAnswer.survey_id == survey.id,
        OpenAnswer.question_key == answer.question_key,
        OpenAnswer.option_key == answer.option_key,
    )
    return reason_against(definition.publishes_words, db.session.scalar(alike) or 0)


def reason_against(is_told: bool, writer_count: int) -> str:
    """Why the words of a question's answers are not published; "" when they may be."""
    if not is_told:
        return _("填的人没有被告知文字可能公布，所以不能公布。要公布，请在问卷里事先写明。")
    if writer_count < THRESHOLD:
        return _("写这一题的不足 %(limit)d 人，不能公布：容易认出人来。", limit=THRESHOLD)
    return ""


def propose(survey: Survey, answer: OpenAnswer, words: str, actor: Any) -> Opinion:
    """Put an answer's words forward, once. Raises Conflict."""
    if (made := of_answers([answer.id]).get(answer.id)) is not None:
        raise Conflict(made.latest_revision, _("这一条已经提交过了。"))
    posts = [one.unit_id for one in actor.current if one.role == "office"]
    opinion = Opinion(
        survey=survey,
        question_key=answer.question_key,
        answer_id=answer.id,
        author_id=actor.id,
        unit_id=posts[0] if posts else actor.unit_id,
        public_revision=None,
        latest_revision=None,
        taken_revision=None,
    )
    submit(opinion, Wording.of(words), actor)
    return opinion


def of_answers(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Opinion]:
    """The opinions made of some answers, by the answer; one statement."""
    found = select(Opinion).where(Opinion.answer_id.in_(list(ids)))
    rows = db.session.scalars(found.options(joinedload(Opinion.latest_revision)))
    return {one.answer_id: one for one in rows}


# --- Reading --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What people read of an opinion: its number, the words, how many its question has."""

    id: int
    question: str
    html: str
    total: int


def public_of(survey: Survey) -> dict[str, list[Said]]:
    """The first public opinions of each question, in no order that tells anything; one statement."""
    place = func.row_number().over(partition_by=Opinion.question_key, order_by=Opinion.answer_id)
    total = func.count().over(partition_by=Opinion.question_key)
    ranked = (
        select(
            *(Opinion.id, Opinion.question_key, Revision.body_html),
            *(total.label("total"), place.label("place")),
        )
        .join(Opinion.public_revision)
        .where(Opinion.survey_id == survey.id)
        .subquery()
    )
    rows = db.session.execute(
        select(ranked)
        .where(ranked.c.place <= SHOWN)
        .order_by(ranked.c.question_key, ranked.c.place)
    )
    found: dict[str, list[Said]] = {}
    for row in rows:
        said = Said(row.id, row.question_key, row.body_html, row.total)
        found.setdefault(row.question_key, []).append(said)
    return found


def page_of(survey: Survey, number: int, size: int, actor: Actor) -> tuple[int, Sequence[Any]]:
    """How many are public, and one page of them, question by question, each with whether the actor
    reviews it; two statements."""
    public = select(Opinion.id).where(
        Opinion.survey_id == survey.id, Opinion.public_revision_id.is_not(None)
    )
    total = db.session.scalar(select(func.count()).select_from(public.subquery())) or 0
    rows = db.session.execute(
        select(
            *(Opinion.id, Opinion.question_key, Revision.body_html),
            covers(actor, Opinion.unit_id).label("is_reviewed"),
        )
        .join(Opinion.public_revision)
        .where(Opinion.survey_id == survey.id)
        .order_by(Opinion.question_key, Opinion.answer_id)
        .limit(size)
        .offset((number - 1) * size)
    )
    return total, rows.all()


def latest_definition(survey: Survey) -> Definition:
    found = (
        select(SurveyVersion)
        .where(SurveyVersion.survey_id == survey.id)
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    )
    return db.session.scalars(found).one().definition
