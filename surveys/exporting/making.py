"""Files of rows, made as background work: batch by batch, with how far it is in between."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO

from sqlalchemy import Connection, delete, select

from core import clock, jobs, keys
from core.db import db, reading
from core.i18n import force_locale
from core.policy import Actor
from core.storage import storage

from .. import publishing
from ..definition import Definition
from ..models import Survey
from . import csv_file, rule, sav_file, xlsx_file
from .columns import Column, columns
from .models import KEPT, SurveyExport
from .rows import Row, Rows, count

# Writes the rows to a file; returns sentences on what had to be cut short.
Writer = Callable[[IO[bytes], Rows, Iterator[Row]], list[str]]
WRITERS: dict[str, Writer] = {
    "xlsx": xlsx_file.write_rows,
    "csv": csv_file.write_rows,
    "sav": sav_file.write_rows,
}
IN_MEMORY = 8 * 2**20  # bytes; what is larger lies in a file on the way


def ask(survey: Survey, kind: str, language: str, actor: Actor) -> SurveyExport:
    """Ask for a file, in the caller's transaction."""
    asked = SurveyExport(
        survey_id=survey.id,
        asker_id=actor.id,
        kind=kind,
        language=language,
        total_count=count(survey),
    )
    db.session.add(asked)
    db.session.flush()
    jobs.enqueue("surveys.export", export=asked.id)
    return asked


def forms_of(survey: Survey) -> list[tuple[int, Definition]]:
    """(number, form) of every version, the oldest first."""
    versions = publishing.versions(survey)
    return [(one.number, one.definition) for one in reversed(versions)]


def columns_of(survey: Survey) -> list[Column]:
    return columns(forms_of(survey))


@jobs.job("surveys.export", is_patient=True)
def make(export: int) -> None:
    """Make a file that was asked for. Commits now and then, so that its page can tell how far it
    is; the rows are read in a transaction of their own, in which nobody waits."""
    asked = db.session.get(SurveyExport, export)
    if asked is None or asked.ended_at is not None:
        return
    survey, kind = asked.survey, asked.kind
    asked.done_count = 0
    with force_locale(asked.language), tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        rows = Rows(survey, columns_of(survey), names=survey.is_named)
        why = rule.reason(survey)
        db.session.commit()
        with _one_moment() as connection:
            if not why and not survey.is_named and rule.is_pointing(_all(rows, connection)):
                why = "pointing"
            if not why:
                told = _Telling(export, rows.batches(connection))
                notes = WRITERS[kind](file, rows, iter(told))
        asked = db.session.get(SurveyExport, export)
        if asked is None:  # its survey or its asker went meanwhile
            return
        asked.ended_at, asked.refusal = clock.now(), why or None
        if not why:
            asked.size = file.tell()
            file.seek(0)
            asked.file = hashlib.sha256(keys.token().encode()).hexdigest()
            storage().put(asked.file, file.read())
            asked.done_count, asked.notes = asked.total_count, notes
        db.session.flush()


@contextmanager
def _one_moment() -> Iterator[Connection]:
    """A connection that sees the rows as they are now, and keeps nobody from writing."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with reading():
            connection.begin()
        yield connection


def _all(rows: Rows, connection: Connection) -> Iterator[Row]:
    return (row for batch in rows.batches(connection) for row in batch)


class _Telling:
    """Rows that say on their way how many have gone by."""

    def __init__(self, export: int, batches: Iterator[list[Row]]) -> None:
        self.export, self.batches = export, batches

    def __iter__(self) -> Iterator[Row]:
        done = 0
        for batch in self.batches:
            yield from batch
            done += len(batch)
            asked = db.session.get(SurveyExport, self.export)
            if asked is not None:
                asked.done_count = done
            db.session.commit()


@jobs.job("surveys.drop_exports", every=timedelta(hours=6))
def drop_old() -> None:
    """Files that were asked for a week ago go."""
    old = db.session.scalars(
        select(SurveyExport).where(SurveyExport.asked_at <= clock.now() - KEPT)
    ).all()
    for one in old:
        if one.file:
            storage().delete(one.file)
    db.session.execute(delete(SurveyExport).where(SurveyExport.id.in_([one.id for one in old])))
