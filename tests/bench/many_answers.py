"""A survey that very many answered, put in as rows: 40 questions of the usual kinds."""

from __future__ import annotations

import random
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from app import create_app
from core import installation
from core.db import db
from demo import seed
from demo.organisation import person
from surveys import publishing, results
from surveys.definition import read
from surveys.models import Answer, Survey, SurveyResponse, random_id

SLUG = "many-answers"
OPTIONS = [{"key": key, "label": f"选项{key}"} for key in "abcdef"]
BATCH = 2_000  # responses


def definition() -> dict[str, Any]:
    """Forty questions: 24 of one choice, 6 of several, 4 matrices of five rows, 6 ratings."""
    questions: list[dict[str, Any]] = [
        {"key": "g", "type": "single", "label": "哪一级", "options": OPTIONS[:5]}
    ]
    for at in range(23):
        questions.append({"key": f"s{at}", "type": "single", "label": "单选", "options": OPTIONS})
    for at in range(6):
        questions.append({"key": f"m{at}", "type": "multiple", "label": "多选", "options": OPTIONS})
    rows = [{"key": f"r{row}", "label": f"第 {row} 行"} for row in range(5)]
    for at in range(4):
        questions.append(
            {
                "key": f"x{at}",
                "type": "matrix",
                "label": "矩阵",
                "options": OPTIONS[:5],
                "rows": rows,
            }
        )
    for at in range(6):
        questions.append({"key": f"t{at}", "type": "rating", "label": "打分"})
    return {
        "slug": SLUG,
        "title": "很多人答的问卷",
        "anonymity": "anonymous",
        "audience": ["everyone"],
        "minutes": 10,
        "compare_by": "g",
        "sections": [{"title": "全部", "questions": questions}],
    }


def make(folder: Path, count: int, url: str = "") -> None:
    """Fill the folder (or the database at the address) with the demo and a closed survey that
    `count` people answered."""
    app = create_app({"DATA_DIR": str(folder), "SECRET_KEY": "", "DATABASE_URL": url})
    with app.app_context(), redirect_stdout(sys.stderr):  # figures alone go to stdout
        installation.prepare()
        seed.ensure()
        office = person("office")
        survey = publishing.bring(read(definition()), office).survey
        publishing.move(survey, "open", office)
        _answer(survey, count)
        survey.advance("close", office)
        db.session.flush()
        results.take_snapshot(survey)
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
                line.exec_driver_sql("VACUUM ANALYZE")  # as its own housekeeping does in time
        db.session.remove()
        db.engine.dispose()


def _answer(survey: Survey, count: int) -> None:
    chance = random.Random(count)
    asked = read(definition()).questions
    for start in range(0, count, BATCH):
        responses, rows = [], []
        for _number in range(start, min(count, start + BATCH)):
            response = random_id()
            responses.append({"id": response, "survey_id": survey.id, "anonymity": "anonymous"})
            for question in asked:
                for row, option, number in _said(question, chance):
                    rows.append(
                        {
                            "survey_id": survey.id,
                            "response_id": response,
                            "question_key": question.key,
                            "row_key": row,
                            "option_key": option,
                            "number": number,
                        }
                    )
        db.session.execute(insert(SurveyResponse), responses)
        db.session.execute(insert(Answer), rows)


def _said(question: Any, chance: random.Random) -> list[tuple[str, str, float | None]]:
    keys = [option.key for option in question.options]
    if question.type == "single":
        return [("", chance.choice(keys), None)]
    if question.type == "multiple":
        return [("", key, None) for key in keys if chance.random() < 0.3]
    if question.type == "matrix":
        return [(row.key, chance.choice(keys), None) for row in question.rows]
    return [("", "", float(min(10, int(chance.gauss(7, 2.5)) if chance.random() < 0.99 else 0)))]
