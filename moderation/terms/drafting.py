"""A rule changes: a draft, a dry run, the live version. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from core import clock, keys
from core.db import db
from core.folding import key
from core.i18n import _
from core.matching import TERM_LIMIT
from core.policy import Actor

from .models import OPEN, TermRule, TermVersion

LINES = 20_000


@dataclass(frozen=True)
class Said:
    """What a version is to say."""

    effect: str
    reason: str
    reason_en: str
    terms: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    @property
    def columns(self) -> dict[str, object]:
        return {
            "effect": self.effect,
            "reason": self.reason,
            "reason_en": self.reason_en,
            "terms": "\n".join(self.terms),
            "allowed": "\n".join(self.allowed),
            "numbers": sorted(self.numbers),
        }


def lines(typed: str | None) -> list[str]:
    """The words of a list typed one a line: trimmed, without empty ones and repetitions."""
    return list(dict.fromkeys(one for line in (typed or "").splitlines() if (one := line.strip())))


def fault_in(words: Sequence[str]) -> str:
    """Why a list of words cannot be taken; "" when it can."""
    if len(words) > LINES:
        return _("最多 %(limit)d 行，现在是 %(count)d 行。", limit=LINES, count=len(words))
    for word in words:
        if len(word) > TERM_LIMIT:
            return _("“%(word)s…”太长：每行最多 %(limit)d 个字。", word=word[:20], limit=TERM_LIMIT)
        if not key(word):
            return _("“%(word)s”里没有文字或数字，什么也找不到。", word=word)
    return ""


def contradiction(terms: Iterable[str], allowed: Iterable[str]) -> str:
    """The first allowed word that is also a term; "" when there is none."""
    named = {key(term) for term in terms}
    return next((word for word in allowed if key(word) in named), "")


def create(name: str, name_en: str | None, said: Said, actor: Actor) -> TermVersion:
    """A new rule with its first draft."""
    rule = TermRule(name=name, name_en=name_en or None)
    db.session.add(rule)
    db.session.flush()
    return draft(rule, said, actor)


def draft(rule: TermRule, said: Said, actor: Actor) -> TermVersion:
    """Write the rule's draft, a new one when it has none; a dry run of before no longer counts."""
    version = open_version(rule)
    if version is None:
        last = last_version(rule)
        number = last.number + 1 if last else 1
        version = TermVersion(rule_id=rule.id, number=number, **said.columns)
    for name, value in said.columns.items():
        setattr(version, name, value)
    version.author_id = actor.id
    version.changed_at = clock.now()
    version.advance("edit", actor, content=_digest(said))
    return version


def enact(version: TermVersion, actor: Actor) -> None:
    """Make a tried draft the live version; the one before is kept."""
    live = live_version(version.rule_id)
    if live is not None and version.can("enact"):
        live.advance("supersede", actor)
    version.enacted_by_id = actor.id
    version.enacted_at = clock.now()
    version.advance("enact", actor)


def open_version(rule: TermRule) -> TermVersion | None:
    """The version that is being written or tried."""
    found = select(TermVersion).where(TermVersion.rule_id == rule.id, TermVersion.state.in_(OPEN))
    return db.session.scalar(found)


def live_version(rule_id: int) -> TermVersion | None:
    return db.session.scalar(
        select(TermVersion).where(TermVersion.rule_id == rule_id, TermVersion.state == "live")
    )


def last_version(rule: TermRule) -> TermVersion | None:
    return db.session.scalar(
        select(TermVersion)
        .where(TermVersion.rule_id == rule.id)
        .order_by(TermVersion.number.desc())
        .limit(1)
    )


def _digest(said: Said) -> str:
    return keys.digest("terms", *said.columns.values())
