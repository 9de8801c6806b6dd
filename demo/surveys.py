"""The demo's surveys: brought in and opened by the real verbs, answered by drawn answers."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from accounts.models import Person
from core import clock, keys
from core.db import db
from surveys import confiding, publishing, responses, results
from surveys.definition import Definition, Question, read
from surveys.flow import Flow
from surveys.models import Answer, OpenAnswer, Survey, SurveyResponse, random_id

from . import reading
from .organisation import Organisation, person

RESULTS_ALWAYS = frozenset({"opinion-form"})
KEEPERS = ("office", "p40")  # of the confidential form; their halves are drawn and kept nowhere


class Drawing:
    """Draws the answers of one survey from the weights of the content."""

    def __init__(self, survey: Survey, definition: Definition, chance: random.Random) -> None:
        self.survey = survey
        self.chance = chance
        self.said = reading.table("survey_texts")[survey.slug]
        self.texts = {
            question.key: self.chance.sample(texts, len(texts))
            for question in definition.questions
            if (texts := self.said.get(question.key, {}).get("texts"))
        }
        self.flow = Flow(definition)
        self.rows: dict[Any, list[dict[str, Any]]] = {Answer: [], OpenAnswer: []}

    def respond(self, response_id: Any) -> None:
        begun = len(self.rows[Answer])
        for question in self.flow.questions:
            drawn = self.said[question.key]
            if self.chance.random() < drawn.get("answer_rate", 1):
                getattr(self, f"_{question.type}")(question, drawn, response_id)
        self._forget_unasked(begun)

    def _forget_unasked(self, begun: int) -> None:
        """Take out the answers to questions that this response was not asked."""
        drawn = self.rows[Answer][begun:]
        given = [_given(row) for row in drawn]
        asked = self.flow.settle(self.flow.values_of(given)).asked
        self.rows[Answer][begun:] = [row for row in drawn if row["question_key"] in asked]

    def _closed(self, response_id: Any, question: Question, **given: Any) -> None:
        empty = {"row_key": "", "option_key": "", "number": None, "day": None}
        self.rows[Answer].append(
            {
                **empty,
                "survey_id": self.survey.id,
                "response_id": response_id,
                "question_key": question.key,
                **given,
            }
        )

    def _pick(self, values: list[Any], weights: list[int]) -> Any:
        return self.chance.choices(values, weights)[0]

    def _single(self, question: Question, drawn: dict[str, Any], response_id: Any) -> None:
        options = [option.key for option in question.options]
        self._closed(response_id, question, option_key=self._pick(options, drawn["weights"]))

    def _multiple(self, question: Question, drawn: dict[str, Any], response_id: Any) -> None:
        options = [option.key for option in question.options]
        wanted = self._pick(list(range(1, len(drawn["picks"]) + 1)), drawn["picks"])
        chosen: set[str] = set()
        while len(chosen) < wanted:
            chosen.add(self._pick(options, drawn["weights"]))
        exclusive = {option.key for option in question.options if option.is_exclusive} & chosen
        for key in exclusive or chosen:
            self._closed(response_id, question, option_key=key)

    def _matrix(self, question: Question, drawn: dict[str, Any], response_id: Any) -> None:
        options = [option.key for option in question.options]
        for row in question.rows:
            weights = drawn.get("rows", {}).get(row.key, drawn["weights"])
            chosen = self._pick(options, weights)
            self._closed(response_id, question, row_key=row.key, option_key=chosen)

    def _rating(self, question: Question, drawn: dict[str, Any], response_id: Any) -> None:
        value = self._pick(list(question.scale), drawn["weights"])
        self._closed(response_id, question, number=float(value))

    def _number(self, question: Question, drawn: dict[str, Any], response_id: Any) -> None:
        value = self._pick(drawn["values"], drawn["weights"])
        self._closed(response_id, question, number=float(value))

    def _date(self, question: Question, drawn: dict[str, Any], response_id: Any) -> None:
        ago = self._pick(drawn["days_ago"], drawn["weights"])
        self._closed(response_id, question, day=clock.today() - timedelta(days=ago))

    def _short(self, question: Question, drawn: dict[str, Any], response_id: Any) -> None:
        if self.texts.get(question.key):
            self.rows[OpenAnswer].append(
                {
                    "id": random_id(),
                    "survey_id": self.survey.id,
                    "question_key": question.key,
                    "option_key": "",
                    "anonymity": self.survey.anonymity,
                    "response_id": None if self.survey.is_anonymous else response_id,
                    "text": self.texts[question.key].pop(),
                }
            )

    _long = _short

    def given(self) -> list[dict[str, Any]]:
        """One more response, as the form would give it."""
        self.rows[Answer].clear()
        self.rows[OpenAnswer].clear()
        self.respond(None)
        written = [
            {"question": row["question_key"], "option": "", "text": row["text"]}
            for row in self.rows[OpenAnswer]
        ]
        return [*map(_given, self.rows[Answer]), *written]


def _given(row: dict[str, Any]) -> dict[str, Any]:
    """A row of an answer as a form gives it."""
    return {
        "question": row["question_key"],
        "row": row["row_key"],
        "option": row["option_key"],
        "number": row["number"],
        "day": row["day"],
    }


def fill(people: Organisation) -> None:
    office = person("office")
    for document in reading.surveys():
        _survey(document, people, office)


def _survey(document: dict[str, Any], people: Organisation, office: Person) -> None:
    """Open on its first day, answered, closed on its last when that is past."""
    first, last = document["days"]
    shifted = {**document, "days": [0, last - first]}
    if document["slug"] in RESULTS_ALWAYS:
        shifted["results_when"] = "always"
    began = clock.now() + timedelta(days=first)
    with clock.travel(began):
        survey = publishing.bring(read(shifted), office).survey
        for keeper in KEEPERS if survey.is_confidential else ():
            confiding.take_half(survey, person(keeper))
        publishing.move(survey, "open", office)
        db.session.flush()
    _answers(survey, read(shifted), people)
    results.snapshot(survey)
    if last < 0:
        with clock.travel(clock.now() + timedelta(days=last)):
            publishing.move(survey, "close", office)
    db.session.flush()


def _answers(survey: Survey, definition: Definition, people: Organisation) -> None:
    chance = random.Random(survey.slug)
    drawing = Drawing(survey, definition, chance)
    count = reading.table("survey_texts")[survey.slug]["responses"]
    names = [f"p{number:02d}" for number in range(1, 44)]
    if survey.is_confidential:
        for name in names[-count:]:
            responses.confide(survey, people.people[name], keys.token(), drawing.given())
        responses.release(survey)
        return
    begun = survey.opens_at or clock.now()
    span = (clock.now() - begun).total_seconds()
    rows = []
    for place in range(count):
        named = {
            "person_id": people.people[names[place % len(names)]],
            "version_number": 1,
            "answered_at": begun + timedelta(seconds=chance.random() * span),
        }
        nobody = dict.fromkeys(named)
        rows.append(
            {
                "id": random_id(),
                "survey_id": survey.id,
                "anonymity": survey.anonymity,
                **(nobody if survey.is_anonymous else named),
            }
        )
    db.session.execute(insert(SurveyResponse), rows)
    for row in rows:
        drawing.respond(row["id"])
    for model, drawn in drawing.rows.items():
        if drawn:
            db.session.execute(insert(model), drawn)
