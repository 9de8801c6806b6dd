"""A dry run: a version over what was written so far, in pieces, as background work."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from core import clock, jobs
from core.attachments import notes
from core.db import db
from core.matching import Matcher
from core.policy import SYSTEM, Actor

from ..models import Revision
from .models import TermTrial, TermVersion
from .screening import matched

PIECE = 300  # texts between two commits: others write meanwhile
EXAMPLES = 20
# What its author took back is the author's alone.
_tried = Revision.state.not_in(("draft", "withdrawn"))


def begin(version: TermVersion, actor: Actor) -> TermTrial:
    """Ask for a dry run. Raises IllegalMove while one is under way."""
    version.advance("try", actor)
    total = db.session.scalar(select(func.count()).select_from(Revision).where(_tried)) or 0
    trial = TermTrial(version_id=version.id, total_count=total)
    db.session.add(trial)
    db.session.flush()
    jobs.enqueue("moderation.try_terms", trial=trial.id)
    return trial


@jobs.job("moderation.try_terms")
def go_on(trial: int) -> None:
    """Do the next piece of a dry run; one whose draft was changed meanwhile ends unfinished."""
    row = db.session.scalars(
        select(TermTrial).where(TermTrial.id == trial).with_for_update()
    ).one_or_none()
    if row is None or row.finished_at is not None:
        return
    version = db.session.get_one(TermVersion, row.version_id)
    if version.state != "trying" or latest(version.id) != row:
        return
    if piece(row, version):
        jobs.enqueue("moderation.try_terms", trial=row.id)
    else:
        row.finished_at = clock.now()
        row.total_count = row.done_count
        version.advance("finish", SYSTEM, matched=row.matched_count, of=row.total_count)


def piece(trial: TermTrial, version: TermVersion) -> bool:
    """Screen the next texts; whether there may be more."""
    matcher = Matcher([version.term_list])
    rows = db.session.execute(
        select(Revision.id, Revision.title, Revision.body_html, Revision.files, Revision.state)
        .where(Revision.id > trial.last_revision_id, _tried)
        .order_by(Revision.id)
        .limit(PIECE)
    ).all()
    found = [
        row for row in rows if matched(matcher, row.title, row.body_html, notes(row.files or ()))
    ]
    trial.done_count += len(rows)
    trial.matched_count += len(found)
    trial.public_count += sum(row.state == "published" for row in found)
    trial.examples = [*trial.examples, *(row.id for row in found)][-EXAMPLES:]
    if rows:
        trial.last_revision_id = rows[-1].id
    return len(rows) == PIECE


def latest(version_id: int) -> TermTrial | None:
    """The last dry run of a version."""
    return db.session.scalar(
        select(TermTrial)
        .where(TermTrial.version_id == version_id)
        .order_by(TermTrial.id.desc())
        .limit(1)
    )


def examples(trial: TermTrial) -> Sequence[Revision]:
    """The newest texts that the dry run matched."""
    return db.session.scalars(
        select(Revision).where(Revision.id.in_(trial.examples)).order_by(Revision.id.desc())
    ).all()
