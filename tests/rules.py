"""Rules about words for tests, led through the real verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from core import jobs
from core.db import db
from moderation.terms import drafting, trying
from moderation.terms.models import TermRule
from tests.people import Cast

REASON, REASON_EN = "像是广告。", "It reads like advertising."


@dataclass
class Rules:
    """Makes rules as the chief moderator does."""

    app: Flask
    cast: Cast

    def draft(
        self,
        *terms: str,
        effect: str = "hold",
        allowed: Sequence[str] = (),
        numbers: Sequence[str] = (),
        name: str = "广告",
        reason: str = REASON,
    ) -> int:
        """A draft of the rule of that name, a new one when there is none; returns the rule's id."""
        said = drafting.Said(effect, reason, REASON_EN, list(terms), list(allowed), list(numbers))
        self.cast.id("chief_moderator")
        with self.app.app_context():
            chief = self.cast.person("chief_moderator")
            rule = db.session.scalar(db.select(TermRule).filter_by(name=name))
            if rule is None:
                rule_id = drafting.create(name, None, said, chief).rule_id
            else:
                rule_id = drafting.draft(rule, said, chief).rule_id
            db.session.commit()
        return rule_id

    def try_out(self, rule: int) -> None:
        with self.app.app_context():
            chief = self.cast.person("chief_moderator")
            version = drafting.open_version(db.session.get_one(TermRule, rule))
            assert version is not None
            trying.begin(version, chief)
            db.session.commit()
        self.work()

    def work(self) -> None:
        """Do the background work that is due."""
        with self.app.app_context():
            while jobs.run_one():
                pass

    def enact(self, *terms: str, **said: object) -> int:
        """A live rule; returns its id."""
        rule = self.draft(*terms, **said)  # type: ignore[arg-type]
        self.try_out(rule)
        with self.app.app_context():
            version = drafting.open_version(db.session.get_one(TermRule, rule))
            assert version is not None
            drafting.enact(version, self.cast.person("chief_moderator"))
            db.session.commit()
        return rule
