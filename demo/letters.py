"""The demo's letters, led through the real verbs on the days on which they would have happened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from accounts.models import Unit
from core import clock, keys
from core.db import db
from core.policy import SYSTEM
from letters import handling, writing
from letters.categories import CATEGORIES
from letters.models import Letter, Reply

from . import reading
from .organisation import Organisation, person

# Hours after the letter came at which each verb happens.
HOURS = {
    "screen": 2,
    "ask": 20,
    "decline": 20,
    "redirect": 20,
    "accept": 20,
    "assign": 22,
    "claim": 45,
    "begin": 47,
    "draft": 70,
    "present": 72,
    "sign": 90,
    "rate": 130,
    "close": 140,
    "withdraw": 30,
}
TAKEN_UP = ("screen", "accept", "assign")
WAYS: dict[str, tuple[str, ...]] = {
    "received": (),
    "screening": ("screen",),
    "needs_info": ("screen", "ask"),
    "declined": ("screen", "decline"),
    "redirected": ("screen", "redirect"),
    "assigned": TAKEN_UP,
    "claimed": (*TAKEN_UP, "claim"),
    "handling": (*TAKEN_UP, "claim", "begin"),
    "sign_off": (*TAKEN_UP, "claim", "begin", "draft", "present"),
    "replied": (*TAKEN_UP, "claim", "begin", "draft", "present", "sign"),
    "closed": (*TAKEN_UP, "claim", "begin", "draft", "present", "sign", "rate", "close"),
    "withdrawn": ("screen", "withdraw"),
}
_ANSWER = re.compile("^[一二三四五]、")


@dataclass
class Story:
    """One letter as written in the content, and what happens to it."""

    source: dict[str, Any]
    people: Organisation
    letter: Letter | None = None

    def tell(self) -> None:
        verbs = WAYS[self.source["state"]]
        length = timedelta(days=self.source["days_ago"])
        last = HOURS[verbs[-1]] if verbs else 0
        pace = min(1.0, length / timedelta(hours=1) * 0.9 / last) if last else 1.0
        began = clock.now() - length - timedelta(minutes=40)
        with clock.travel(began):
            self.letter = self._write()
            db.session.flush()
        for verb in verbs:
            with clock.travel(began + timedelta(hours=HOURS[verb] * pace)):
                getattr(self, f"_{verb}")(self._letter())
                db.session.flush()
                db.session.expire_all()

    def _letter(self) -> Letter:
        assert self.letter is not None
        return db.session.get_one(Letter, self.letter.id)

    def _write(self) -> Letter:
        labels = {str(label): code for code, label in CATEGORIES.items()}
        written = writing.Written(
            self.source["title"],
            self.source["body"].strip(),
            self.source["points"],
            labels.get(self.source["category"], "other"),
        )
        if "author" in self.source:
            return writing.by_name(written, person(self.source["author"]))
        return writing.unnamed(written, keys.token())

    def _screen(self, letter: Letter) -> None:
        handling.screen(letter, person("mail_office"))

    def _ask(self, letter: Letter) -> None:
        handling.ask(letter, person("mail_office"), self.source["needs_info_note"])

    def _decline(self, letter: Letter) -> None:
        reason = self.source["decline_reason"]
        handling.decline(letter, person("mail_office"), "in_court", reason)

    def _redirect(self, letter: Letter) -> None:
        to, why = self.source["redirected_to"], self.source["redirect_note"]
        handling.redirect(letter, person("mail_office"), to, why)

    def _accept(self, letter: Letter) -> None:
        handling.accept(letter, person("mail_office"), self.source["kind"])

    def _assign(self, letter: Letter) -> None:
        unit = db.session.get_one(Unit, self.people.units[self.source["handling_unit"]])
        handling.assign(letter, person("mail_office"), unit)

    def _claim(self, letter: Letter) -> None:
        handling.claim(letter, person("handler"))

    def _begin(self, letter: Letter) -> None:
        handling.begin(letter, person("handler"))

    def _draft(self, letter: Letter) -> None:
        opening, answers, closing = self._reply()
        points = {
            number: ("answered", answers[number - 1])
            for number in range(1, len(self.source["points"]) + 1)
        }
        handling.draft(_whole(letter), person("handler"), opening, points, 0, closing)

    def _reply(self) -> tuple[str, list[str], str]:
        """The reply's opening, its numbered paragraphs as answers to the points, its closing."""
        paragraphs = self.source["reply"].strip().split("\n\n")
        answers = [_ANSWER.sub("", one) for one in paragraphs if _ANSWER.match(one)]
        if len(answers) != len(self.source["points"]):
            raise ValueError(f"{self.source['key']}: one numbered paragraph for each point")
        first = next(place for place, one in enumerate(paragraphs) if _ANSWER.match(one))
        after = [one for one in paragraphs[first:] if not _ANSWER.match(one)]
        return "\n\n".join(paragraphs[:first]), answers, "\n\n".join(after)

    def _present(self, letter: Letter) -> None:
        handling.present(_whole(letter), person("handler"))

    def _sign(self, letter: Letter) -> None:
        handling.sign(_whole(letter), person("signer"), 1)

    def _rate(self, letter: Letter) -> None:
        rating = self.source["rating"]
        handling.rate(letter, person(self.source["author"]), **rating)

    def _close(self, letter: Letter) -> None:
        handling.close(letter, SYSTEM)

    def _withdraw(self, letter: Letter) -> None:
        writer = person(self.source["author"])
        handling.withdraw(letter, writer, self.source["withdraw_note"])


def _whole(letter: Letter) -> Letter:
    """The letter with what the desk reads of it."""
    return db.session.scalars(
        select(Letter)
        .where(Letter.id == letter.id)
        .options(
            selectinload(Letter.points), selectinload(Letter.replies).selectinload(Reply.points)
        )
        .execution_options(populate_existing=True)
    ).one()


def fill(people: Organisation) -> None:
    for source in reading.table("letters")["letter"]:
        Story(source, people).tell()
