"""1,000 answers in a minute while the server is killed three times: each is kept exactly once."""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from core import installation
from core.db import db
from core.policy import SYSTEM
from surveys import publishing, responses, rights
from surveys.definition import read
from surveys.models import Answer, HeldResponse, SpentRight, Survey
from tests.conftest import database
from tests.people import Cast
from tests.serving import KEY, Reader, family, free_port, gone, start, wait_for
from tests.surveys.conftest import document, label

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the test looks into /proc"),
]
PEOPLE, SENDERS, SECONDS = 1_000, 12, 60
KILLED_AT = (200, 450, 700)  # acknowledged answers
QUESTIONS = [{"key": "num", "type": "number", "label": label("号"), "max": 9_999}]
DONE = {303, 409}  # taken now; taken before the line broke


class Server:
    """The program as it is run, with two processes that answer; killed and started again."""

    def __init__(self, folder: Path, url: str) -> None:
        self.port = free_port()
        self.settings = {"PORT": str(self.port), "WORKERS": "2", "DATABASE_URL": url}
        self.folder, self.kills = folder, 0
        self._start()

    def _start(self) -> None:
        self.process = start(self.folder, **self.settings)
        wait_for(f"http://127.0.0.1:{self.port}/healthz")

    def kill(self) -> None:
        """All processes at once, with no chance to finish anything; then a new start."""
        everyone = family(self.process.pid)
        for one in everyone:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.communicate()
        assert gone(everyone)
        self.kills += 1
        self._start()

    def end(self) -> None:
        everyone = family(self.process.pid)
        self.process.terminate()
        self.process.communicate()
        assert gone(everyone)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    with database(request.param, tmp_path, "kill") as url:
        app = create_app(
            {"SECRET_KEY": KEY, "DATA_DIR": str(tmp_path), "SQLALCHEMY_DATABASE_URI": url}
        )
        with app.app_context():
            installation.prepare()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def prepared(app: Flask) -> list[str]:
    """An open survey, and a right for everybody."""
    office = Cast(app).id("office")
    with app.app_context():
        sections = [{"title": label("一"), "questions": QUESTIONS}]
        survey = publishing.bring(read(document(sections=sections)), SYSTEM).survey
        publishing.move(survey, "open", Cast(app, {"office": office}).person("office"))
        db.session.commit()
        return [rights.mint(survey) for _ in range(PEOPLE)]


def send_until_taken(port: int, todo: queue.SimpleQueue[tuple[int, str]], taken: set[int]) -> None:
    """One after another, each again and again until the server says that it has it."""
    line = Reader(port, timeout=10)
    with suppress(queue.Empty):
        while True:
            number, right = todo.get_nowait()
            form = {"right": right, "q-num": str(number), "form": f"{number:043d}"}
            while True:
                try:
                    status, page = line.ask("/surveys/work/send", form)
                except OSError:
                    status = 0
                except Exception:  # half an answer: the server died while it wrote
                    status = 0
                if status in DONE:
                    taken.add(number)
                    break
                assert status in (0, 502, 503), (status, page[:300])
                time.sleep(0.1)
                line = Reader(port, timeout=10)


def test_each_acknowledged_answer_is_there_once(site: Flask, tmp_path: Path) -> None:
    given = prepared(site)
    with site.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
        db.session.remove()
        db.engine.dispose()
    server = Server(tmp_path, url)
    todo: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    for one in enumerate(given):
        todo.put(one)
    taken: set[int] = set()
    begun = time.monotonic()
    arguments = (server.port, todo, taken)
    senders = [threading.Thread(target=send_until_taken, args=arguments) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for count in KILLED_AT:
        while len(taken) < count:
            assert any(one.is_alive() for one in senders)
            time.sleep(0.01)
        server.kill()
    for sender in senders:
        sender.join()
    took = time.monotonic() - begun
    server.end()
    assert len(taken) == PEOPLE
    with site.app_context():
        survey = db.session.scalars(select(Survey)).one()
        held = [responses.given_in(one) for one in db.session.scalars(select(HeldResponse))]
        released = db.session.scalars(select(Answer.number)).all()
        spent = len(db.session.scalars(select(SpentRight.digest)).all())
        assert survey.takes_answers
    found = sorted([int(answers[0]["number"]) for answers in held] + [int(one) for one in released])
    figure = {"people": PEOPLE, "kills": server.kills, "seconds": round(took, 1)}
    print(json.dumps({**figure, "kept": len(found), "lost": PEOPLE - len(set(found))}))
    assert found == list(range(PEOPLE)), "none lost, none doubled"
    assert spent == PEOPLE
    assert server.kills == len(KILLED_AT)
    assert took <= SECONDS
