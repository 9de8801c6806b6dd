"""Responses one by one, from the database in batches, by their random keys.

What a response chose comes as one text, put together by the database: four million answers as
rows of their own would take longer to fetch than all the rest.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, String, cast, func, literal, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from accounts.models import Person, Unit
from core import clock
from core.db import db
from core.i18n import pick

from ..models import Answer, OpenAnswer, Survey, SurveyResponse
from .columns import ABOUT, Column

BATCH = 2_000
_PART, _END = "\x1f", "\x1e"  # between the parts of an answer, and between answers
Row = list[Any]
Found = tuple[int, Any, str]  # place in the row, value, question of which others are then 0


class Rows:
    """The rows of a survey: a list for each response, as long as `heading`."""

    def __init__(self, survey: Survey, columns: Sequence[Column], *, names: bool) -> None:
        """`names`: with who answered, in which version and on which day, and what they wrote."""
        self.survey_id, self.names = survey.id, names
        self.columns = [one for one in columns if names or one.holds != "words"]
        self.first = 4 if names else 0
        self.places = {one.place: at for at, one in enumerate(self.columns, self.first)}
        self.known: dict[str, Found | None] = {}
        self.flags: dict[tuple[str, int | None], list[int]] = {}
        self.units: dict[str, str] = {}

    @property
    def heading(self) -> list[str]:
        return [*(ABOUT if self.names else ()), *(one.name for one in self.columns)]

    def batches(self, connection: Connection) -> Iterator[list[Row]]:
        """All rows as they are at one moment, the connection's transaction."""
        asked = connection.execute(self._responses(), execution_options={"yield_per": BATCH})
        for found in asked.partitions():
            low, high = found[0].id, found[-1].id
            chosen = self._chosen(connection, low, high)
            written = self._written(connection, low, high) if self.names else {}
            yield [self._row(one, chosen.get(one.raw), written.get(one.id, ())) for one in found]

    def _responses(self) -> Any:
        who: list[Any] = []
        if self.names:
            who = [
                SurveyResponse.version_number,
                SurveyResponse.answered_at,
                Person.name,
                Unit.name.label("unit"),
                Unit.name_en,
            ]
        found = select(SurveyResponse.id, _raw(SurveyResponse.id).label("raw"), *who)
        if self.names:
            found = found.join(Person, Person.id == SurveyResponse.person_id).join(
                Unit, Unit.id == Person.unit_id
            )
        found = found.where(SurveyResponse.survey_id == self.survey_id)
        return found.order_by(SurveyResponse.id)

    def _chosen(self, connection: Connection, low: uuid.UUID, high: uuid.UUID) -> dict[Any, str]:
        """What each response chose, by its key as the driver gives it."""
        parts = (
            Answer.question_key,
            Answer.row_key,
            Answer.option_key,
            func.coalesce(cast(Answer.number, String), cast(Answer.day, String), ""),
        )
        said: ColumnElement[str] = parts[0]  # type: ignore[assignment]
        for part in parts[1:]:
            said = said + literal(_PART) + part
        asked = (
            select(_raw(Answer.response_id), func.aggregate_strings(said, _END))
            .where(Answer.survey_id == self.survey_id, Answer.response_id.between(low, high))
            .group_by(Answer.response_id)
        )
        return {one[0]: one[1] for one in connection.execute(asked)}

    def _written(
        self, connection: Connection, low: uuid.UUID, high: uuid.UUID
    ) -> dict[uuid.UUID, list[tuple[int, str]]]:
        """(place, text) of what each response wrote."""
        found: defaultdict[uuid.UUID, list[tuple[int, str]]] = defaultdict(list)
        asked = select(
            OpenAnswer.response_id, OpenAnswer.question_key, OpenAnswer.option_key, OpenAnswer.text
        ).where(OpenAnswer.survey_id == self.survey_id, OpenAnswer.response_id.between(low, high))
        for response, question, option, text in connection.execute(asked):
            place = self.places.get((question, "", option, True))
            if place is not None and response is not None:
                found[response].append((place, text))
        return found

    def _row(self, one: Any, chosen: str | None, written: Sequence[tuple[int, str]]) -> Row:
        row: Row = [None] * (self.first + len(self.columns))
        version = None
        if self.names:
            version = one.version_number
            row[:4] = (
                one.name,
                self._unit(one.unit, one.name_en),
                version,
                clock.local(one.answered_at).date().isoformat(),
            )
        known, others = self.known, set()
        for part in chosen.split(_END) if chosen else ():
            if part not in known:
                known[part] = self._read(part)
            found = known[part]
            if found is not None:
                row[found[0]] = found[1]
                if found[2]:
                    others.add(found[2])
        for question in others:
            for at in self._flags(question, version):
                if row[at] is None:
                    row[at] = 0
        for at, text in written:
            row[at] = text
        return row

    def _unit(self, name: str, name_en: str | None) -> str:
        if name not in self.units:
            self.units[name] = pick({"zh": name, "en": name_en or ""})
        return self.units[name]

    def _flags(self, question: str, version: int | None) -> list[int]:
        """The places of the options that stood in the version that was answered."""
        if (question, version) not in self.flags:
            self.flags[question, version] = [
                at
                for at, one in enumerate(self.columns, self.first)
                if (one.question, one.holds) == (question, "flag") and _was_asked(one, version)
            ]
        return self.flags[question, version]

    def _read(self, part: str) -> Found | None:
        """Where an answer stands in a row, and as what; None where no version knows it."""
        question, row, option, said = part.split(_PART)
        for place in ((question, row, "", False), (question, "", option, False)):
            at = self.places.get(place)
            if at is None:
                continue
            column = self.columns[at - self.first]
            if column.holds == "code":
                code = column.codes.get(option)
                return (at, code.number, "") if code else None
            if column.holds == "flag":
                return at, 1, question
            if column.holds == "day":
                return at, said, ""
            value = float(said) if said else None
            return at, int(value) if value is not None and value.is_integer() else value, ""
        return None


def _was_asked(column: Column, version: int | None) -> bool:
    """Whether the option stood in the version that was answered."""
    return version is None or any(one.first <= version <= one.last for one in column.wordings)


def _raw(key: Any) -> Any:
    """A key as the driver gives it, without making it an object."""
    return type_coerce(key, String)


def count(survey: Survey) -> int:
    asked = select(func.count()).select_from(SurveyResponse)
    return db.session.scalar(asked.where(SurveyResponse.survey_id == survey.id)) or 0
