"""Bringing a form in, changing it, and moving a survey through its states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from core import clock, journal, refilling, search
from core.db import db
from core.i18n import _
from core.policy import Actor, Forbidden, allows

from . import (
    audience,
    begun,
    code_mail,
    confiding,
    entry_codes,
    responses,
    results,
    rights,
)
from .building import steps
from .definition import Definition, DefinitionFault, Fault, changes
from .models import SpentRight, Survey, SurveyResponse, SurveyVersion

VERBS = ("open", "pause", "resume", "close", "archive")


class NotYet(ValueError):
    """A verb that does not fit; the sentence says what to do first."""


@dataclass(frozen=True)
class Brought:
    """What came of a definition: `what` is created, revised or unchanged."""

    survey: Survey
    number: int
    what: str


def bring(definition: Definition, actor: Actor) -> Brought:
    """Make a survey of a definition, or a new version of the one with its slug.

    Raises DefinitionFault where the new form cannot follow the old. In the caller's transaction.
    """
    survey = db.session.scalar(
        select(Survey).where(Survey.slug == definition.slug).with_for_update()
    )
    if survey is None:
        return _create(definition, actor)
    if not allows(actor, "surveys:survey:revise", survey):
        raise Forbidden("surveys:survey:revise")
    return revise(survey, definition, actor)


def revise(survey: Survey, definition: Definition, actor: Actor) -> Brought:
    """Put a new form in place of a survey's: a draft's is replaced, an open one's followed."""
    latest = latest_version(survey)
    if latest.document == definition.document:
        return Brought(survey, latest.number, "unchanged")
    must_follow(survey, definition)
    if survey.state == "draft":
        put_draft(survey, definition, actor)
        steps.follow(survey, "file", definition.document, actor)
        return Brought(survey, latest.number, "revised")
    number = latest.number + 1
    _follow(survey, definition)
    _add_version(survey, definition, number, actor, survey.anonymity)
    journal.append(survey.kind, survey.id, "revise", actor.id, facts={"number": number})
    steps.follow(survey, "publish", definition.document, actor)
    index(survey)
    return Brought(survey, number, "revised")


def put_draft(survey: Survey, definition: Definition, actor: Actor) -> None:
    """Let an unpublished survey say something else."""
    latest = latest_version(survey)
    _apply(survey, definition)
    latest.document = definition.document
    latest.author_id, latest.at = actor.id, clock.now()


def must_follow(survey: Survey, definition: Definition) -> None:
    """Raises DefinitionFault where a form cannot be asked in this survey's place: it is another, it
    is over, or a key would stand for something else than in a version that there was."""
    if definition.slug != survey.slug:
        sentence = _("这份问卷的 slug 是“%(slug)s”，不能改。", slug=survey.slug)
        raise DefinitionFault([Fault("slug", sentence)])
    if survey.state in ("closed", "archived"):
        raise DefinitionFault([Fault("slug", _("同名的问卷已经结束，不能再改。请换一个 slug。"))])
    if survey.state == "draft":
        return
    found: dict[tuple[str, str], Fault] = {}
    for version in versions(survey):
        for fault in changes(version.definition, definition):
            found.setdefault((fault.place, fault.sentence), fault)
    if found:
        raise DefinitionFault(list(found.values()))


def latest_version(survey: Survey) -> SurveyVersion:
    return db.session.scalars(
        select(SurveyVersion)
        .where(SurveyVersion.survey_id == survey.id)
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    ).one()


def versions(survey: Survey) -> list[SurveyVersion]:
    """Every version, the newest first."""
    return list(
        db.session.scalars(
            select(SurveyVersion)
            .where(SurveyVersion.survey_id == survey.id)
            .order_by(SurveyVersion.number.desc())
        )
    )


def move(survey: Survey, verb: str, actor: Actor) -> None:
    """Open, pause, resume, close or archive, with what goes with it. Raises NotYet."""
    if verb == "open":
        _open(survey, actor)
    elif verb == "close":
        _close(survey, actor)
    else:
        survey.advance(verb, actor)


def index(survey: Survey) -> None:
    """Let search find the survey by title and introduction in either language."""
    search.put(survey.kind, survey.slug, *_said(survey))


def _said(survey: Survey) -> tuple[str, str, datetime]:
    """What search takes of a survey: its title, its words and when it began."""
    words = [text for part in (survey.title, survey.intro) for text in _languages(part)]
    return _languages(survey.title)[0], "\n".join(words), survey.opens_at or clock.now()


def index_rows(slugs: Sequence[str]) -> list[dict[str, Any]]:
    """The entries of some surveys, as `index` puts them."""
    found = db.session.scalars(select(Survey).where(Survey.slug.in_(slugs)))
    return [row for one in found for row in search.rows(one.kind, one.slug, *_said(one))]


SOURCE = refilling.Source(
    Survey.slug, select(Survey.slug).where(Survey.state != "draft"), index_rows
)


def _open(survey: Survey, actor: Actor) -> None:
    now = clock.now()
    if survey.closes_at is not None and survey.closes_at <= now:
        raise NotYet(_("截止日已经过了：请先改 closes_on，再开放。"))
    draft = steps.latest(survey)
    if draft is not None and draft.document != latest_version(survey).document:
        raise NotYet(_("草稿里还有不对的地方：请先到“编辑”里改好，再开放。"))
    if survey.is_confidential and len(confiding.keepers(survey)) < len(confiding.SEATS):
        raise NotYet(_("保密问卷要先有两位保管人各领一半钥匙，再开放。"))
    survey.advance("open", actor)
    if survey.opens_at is None:
        survey.opens_at = now
    latest_version(survey).published_as = survey.anonymity
    steps.follow(survey, "publish", latest_version(survey).document, actor)
    index(survey)


def _close(survey: Survey, actor: Actor) -> None:
    survey.advance("close", actor)
    db.session.flush()
    if survey.is_named:
        begun.drop_all(survey)
        results.snapshot(survey)
        return
    responses.release(survey)
    rights.forget_sealed(survey)
    entry_codes.forget_sealed(survey)
    code_mail.forget(survey)


def _create(definition: Definition, actor: Actor) -> Brought:
    survey = Survey(slug=definition.slug)
    _apply(survey, definition)
    db.session.add(survey)
    db.session.flush()
    _add_version(survey, definition, 1, actor, None)
    journal.append(survey.kind, survey.id, "create", actor.id)
    return Brought(survey, 1, "created")


def _apply(survey: Survey, definition: Definition) -> None:
    """A draft takes everything from its definition, its period included."""
    survey.anonymity = definition.anonymity
    first, last = definition.opens_on, definition.closes_on
    if definition.days is not None:
        first, last = (clock.today() + timedelta(days=day) for day in definition.days)
    survey.opens_at = clock.start_of(first) if first else None
    survey.closes_at = clock.start_of(last + timedelta(days=1)) if last else None
    _say(survey, definition)


def _follow(survey: Survey, definition: Definition) -> None:
    """A published survey keeps its beginning; days that are relative count no more."""
    if definition.closes_on is not None:
        survey.closes_at = clock.start_of(definition.closes_on + timedelta(days=1))
    _say(survey, definition)


def _say(survey: Survey, definition: Definition) -> None:
    survey.title, survey.intro = definition.title, definition.intro
    survey.audience, survey.entry = list(definition.audience), definition.entry
    survey.roster = definition.shows_roster
    survey.unit_ids = audience.unit_ids(definition)
    survey.minutes, survey.results_when = definition.minutes, definition.results_when


def _add_version(
    survey: Survey, definition: Definition, number: int, actor: Actor, published_as: str | None
) -> None:
    db.session.add(
        SurveyVersion(
            survey_id=survey.id,
            number=number,
            document=definition.document,
            author_id=actor.id,
            published_as=published_as,
            answer_count=answered(survey),
        )
    )
    db.session.flush()


def answered(survey: Survey) -> int:
    """How many have answered so far, those that are held included: no more than a number."""
    used: Any = {
        "anonymous": SpentRight,
        "confidential": confiding.SurveyParticipant,
        "named": SurveyResponse,
    }[survey.anonymity]
    of_it = select(func.count()).select_from(used).where(used.survey_id == survey.id)
    return db.session.scalar(of_it) or 0


def _languages(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else [one for one in text.values() if one]
