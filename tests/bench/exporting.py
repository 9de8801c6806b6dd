"""What bench_export.py runs: `fill FOLDER COUNT`, then `xlsx FOLDER` and others, each by itself."""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from typing import Any

from sqlalchemy import insert, select

from accounts.models import Person, Unit
from app import create_app
from core import clock, installation, jobs
from core.db import db
from core.policy import SYSTEM
from surveys import publishing
from surveys.definition import read
from surveys.exporting import making
from surveys.models import Answer, Survey, SurveyResponse, random_id

BATCH = 2_000
SINGLES, MULTIPLES, NUMBERS = 30, 5, 5  # forty questions


def document() -> dict[str, Any]:
    options = [{"key": f"o{n}", "label": f"选项{n}"} for n in range(1, 6)]
    questions = [
        *({"key": f"s{n}", "type": "single", "label": f"单选{n}", "options": options} for n in range(SINGLES)),
        *({"key": f"m{n}", "type": "multiple", "label": f"多选{n}", "options": options} for n in range(MULTIPLES)),
        *({"key": f"n{n}", "type": "number", "label": f"次数{n}"} for n in range(NUMBERS)),
    ]  # fmt: skip
    return {
        "slug": "large",
        "title": "大问卷",
        "anonymity": "named",
        "audience": ["everyone"],
        "days": [-1, 30],
        "minutes": 10,
        "sections": [{"title": "部分", "questions": questions}],
    }


def answers(chance: random.Random) -> list[tuple[str, str, str, float | None]]:
    """(question, row, option, number) of one response."""
    found: list[tuple[str, str, str, float | None]] = []
    pick = lambda: f"o{chance.randint(1, 5)}"  # noqa: E731
    found += [(f"s{n}", "", pick(), None) for n in range(SINGLES)]
    found += [(f"m{n}", "", option, None) for n in range(MULTIPLES) for option in {pick(), pick()}]
    found += [(f"n{n}", "", "", float(chance.randint(0, 60))) for n in range(NUMBERS)]
    return found


def fill(count: int) -> None:
    installation.prepare()
    survey = publishing.bring(read(document()), SYSTEM).survey
    unit = Unit(name="一个单位", key="one", kind="office")
    db.session.add(unit)
    db.session.flush()
    chance = random.Random(1)
    columns = ("question_key", "row_key", "option_key", "number")
    for first in range(1, count + 1, BATCH):
        people = [
            {"id": n, "name": f"第{n}人", "username": f"p{n}", "unit_id": unit.id}
            for n in range(first, min(first + BATCH, count + 1))
        ]
        db.session.execute(insert(Person), people)
        made = [
            {
                "id": random_id(),
                "survey_id": survey.id,
                "anonymity": "named",
                "person_id": one["id"],
                "version_number": 1,
                "answered_at": clock.now(),
            }
            for one in people
        ]
        db.session.execute(insert(SurveyResponse), made)
        rows = [
            {"survey_id": survey.id, "response_id": one["id"], "day": None}
            | dict(zip(columns, said, strict=True))
            for one in made
            for said in answers(chance)
        ]
        db.session.execute(insert(Answer), rows)
        db.session.commit()


def measure(kind: str) -> dict[str, float]:
    survey = db.session.scalars(select(Survey)).one()
    asker = db.session.get_one(Person, 1)
    making.ask(survey, kind, "zh_Hans", asker)
    db.session.commit()
    began = time.perf_counter()
    while jobs.run_one():
        pass
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "megabytes": peak / 1024}


def main(folder: str, what: str, *more: str) -> None:
    app = create_app({"DATA_DIR": folder, "SECRET_KEY": "", "DATABASE_URL": ""})
    with app.app_context():
        if what == "fill":
            fill(int(more[0]))
        else:
            print(json.dumps(measure(what)))


if __name__ == "__main__":
    main(*sys.argv[1:])
