"""Counting answers, and showing what points at nobody.

Counting is one statement of GROUP BYs, whatever the number of answers. What may be shown is a
snapshot: it follows the one before it only when at least THRESHOLD responses came in between,
and remembers what was shown before, so that no two visits differ by a few people's answers. What
of it is kept back, disclosure.py says; of a question that depends on others, `_present`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, literal, select

from core import jobs
from core.db import db
from core.i18n import _, pick

from .counting import count, count_by, reliabilities
from .definition import Definition
from .disclosure import THRESHOLD, is_small
from .flow import Flow
from .models import ResultSnapshot, Survey, SurveyResponse, SurveyVersion
from .question import Question, Section
from .tallies import Counts, QuestionResult, Words, too_few

AT_ONCE = 1_000  # responses that are counted while somebody waits
GROWTH = 4  # while people answer, the totals move again when a fourth more have

# --- Counting ------------------------------------------------------------------------------


def response_count(survey: Survey) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(SurveyResponse)
            .where(SurveyResponse.survey_id == survey.id)
        )
        or 0
    )


def snapshot(survey: Survey) -> None:
    """Let the totals as they are now be shown, unless that would show a few people's answers.

    In the caller's transaction, where there are few responses; else a job does it.
    """
    if not _is_due(survey):
        return
    if response_count(survey) > AT_ONCE:
        jobs.enqueue("surveys.count", survey=survey.id)
    else:
        take_snapshot(survey)


@jobs.job("surveys.count")
def count_later(survey: int) -> None:
    found = db.session.get(Survey, survey, with_for_update={"key_share": True})
    if found is not None and _is_due(found):
        take_snapshot(found)


def _is_due(survey: Survey) -> bool:
    before = db.session.scalar(
        select(ResultSnapshot.response_count).where(ResultSnapshot.survey_id == survey.id)
    )
    more = response_count(survey) - (before or 0)
    return more >= THRESHOLD and (survey.is_over or more >= (before or 0) // GROWTH)


def take_snapshot(survey: Survey) -> None:
    """Count, and keep what was counted for all to see; when the survey is over by group, too, and
    how well the rows of a matrix hang together: once, so that no two of these can be compared."""
    shown = db.session.get(ResultSnapshot, survey.id)
    counts, definitions = count(survey), _definitions(survey)
    if shown is not None:
        counts = replace(
            counts, earlier=Counts.of_kept(shown.counts, shown.response_count).as_earlier()
        )
    kept = guarded(definitions, counts).kept()
    if survey.is_over:
        if by := definitions[0].compare_by:
            groups = {key: one.kept() for key, one in count_by(survey, by).items()}
            kept["groups"] = {"by": by, "of": groups}
        kept["alpha"] = reliabilities(survey, definitions[0])
    if shown is None:
        shown = ResultSnapshot(survey_id=survey.id)
        db.session.add(shown)
    shown.response_count, shown.counts = counts.responses, kept
    db.session.flush()


def _definitions(survey: Survey) -> list[Definition]:
    """Of every version, the newest first."""
    versions = db.session.scalars(
        select(SurveyVersion)
        .where(SurveyVersion.survey_id == survey.id)
        .order_by(SurveyVersion.number.desc())
    )
    return [version.definition for version in versions]


def guarded(definitions: Sequence[Definition], counts: Counts) -> Counts:
    """The totals with the cells that are not shown; those that have them stay as they are."""
    if counts.held is not None:
        return counts
    held = {
        (question.key, row, option)
        for section in merged(definitions)
        for question in section.questions
        for row, option in question.kind.held(question, counts)
    }
    return replace(counts, held=frozenset(held))


def shown_to(survey: Survey, is_office: bool) -> Counts:
    """The totals for a reader: the snapshot; for the office, those of a named survey that is open
    as they are, as long as they are few."""
    is_live = is_office and survey.is_named and not survey.is_over
    if is_live and response_count(survey) <= AT_ONCE:
        return count(survey)
    all_there = select(func.count()).where(SurveyResponse.survey_id == survey.id).scalar_subquery()
    row = db.session.execute(
        select(ResultSnapshot, all_there if survey.is_over else literal(0)).where(
            ResultSnapshot.survey_id == survey.id
        )
    ).one_or_none()
    if row is None:
        return Counts(received=response_count(survey) if survey.is_over else 0)
    return replace(Counts.of_kept(row[0].counts, row[0].response_count), received=row[1])


def left_out(survey: Survey, counts: Counts) -> int:
    """How many last responses of a survey that is over stay uncounted, being too few."""
    if not survey.is_over or not counts.responses:
        return 0
    return max(0, counts.received - counts.responses)


# --- Showing -------------------------------------------------------------------------------


def merged(definitions: Sequence[Definition]) -> tuple[Section, ...]:
    """The newest form's sections, and what older versions asked besides (newest first given)."""
    newest, older = definitions[0], definitions[1:]
    known = {question.key for question in newest.questions}
    gone: list[Question] = []
    for definition in older:
        for question in definition.questions:
            if question.key not in known:
                known.add(question.key)
                gone.append(question)
    sections = newest.sections
    if gone:
        sections += (Section(_("不再提问"), "", tuple(gone)),)
    return sections


Presented = list[tuple[str, list[QuestionResult]]]  # section by section, with its title


def present(definitions: Sequence[Definition], counts: Counts) -> Presented:
    """What to show, section by section; `definitions` newest first."""
    words, counts = Words.of(definitions), guarded(definitions, counts)
    untold = _untold(definitions, counts)
    return [
        (
            pick(section.title),
            [
                _present(one, counts, words, one.key in untold)
                for one in section.questions
                if one.kind.has_result
            ],
        )
        for section in merged(definitions)
    ]


def told(definitions: Sequence[Definition]) -> list[Question]:
    """The questions of which results are shown, in their order; `definitions` newest first."""
    asked = (one for section in merged(definitions) for one in section.questions)
    return [one for one in asked if one.kind.has_result]


def of_question(
    definitions: Sequence[Definition], counts: Counts, question: Question
) -> QuestionResult:
    """What one question came to."""
    counts = guarded(definitions, counts)
    is_untold = question.key in _untold(definitions, counts)
    return _present(question, counts, Words.of(definitions), is_untold)


def is_conditional(definitions: Sequence[Definition], key: str) -> bool:
    """Whether a question was ever asked of some alone."""
    return any(one.question(key) and Flow(one).sources(key) for one in definitions)


def _present(
    question: Question, counts: Counts, words: Words, is_untold: bool = False
) -> QuestionResult:
    answered = counts.answered.get(question.key, 0)
    if answered < THRESHOLD and question.kind.is_counted:
        return QuestionResult(question, answered, too_few(answered), is_hidden=True)
    if is_untold:
        sentence = _("这一题只问了一部分人：说出多少人答了，会透露别的题里不显示的数。")
        return QuestionResult(question, 0, sentence, is_hidden=True)
    return question.kind.result(question, counts, words)


def _untold(definitions: Sequence[Definition], counts: Counts) -> set[str]:
    """The questions of which not even the number of answers is told.

    How many answered a question that is asked of some alone says how many gave the answer that it
    depends on. It is told only where that stands among the results anyway, and where those who were
    not asked are not a few.
    """
    found: set[str] = set()
    for definition in reversed(definitions):
        flow = Flow(definition)
        for question in flow.questions:
            answered = counts.answered.get(question.key, 0) or counts.written.get(question.key, 0)
            sources = [one for one in map(definition.question, flow.sources(question.key)) if one]
            if sources and (
                is_small(counts.responses - answered)
                or any(one.key in found or one.kind.is_split(one, counts) for one in sources)
            ):
                found.add(question.key)
    return found
