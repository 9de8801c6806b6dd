"""What authors and reviewers are told, and what of it they may still read.

A notice calls a text by the title under which it stood. A reply stands under somebody else's,
which may have been hidden since; an item is read by those who review for its unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from core import notices
from core.db import db
from core.notices import Found, Notice, Told
from core.policy import Actor

from .models import QueueItem
from .reviewable import Reviewable, kinds


def for_author(record: Reviewable, verb: str, item: QueueItem) -> Told:
    """What its author is told of what became of a text."""
    url, about = record.review_url(record.id), f"{record.kind}:{record.id}"
    return record.author_id, f"moderation:{verb}", url, about, {"title": item.heading}


def tell_author(record: Reviewable, verb: str, item: QueueItem) -> None:
    person_id, name, url, about, params = for_author(record, verb, item)
    notices.tell(person_id, name, url, about=about, **params)


def tell_reviewer(
    person_id: int | None, verb: str, url: str, item: QueueItem, **params: str
) -> None:
    """Tell somebody who reviews of an item that leads to `url`."""
    about = f"{item.kind}:{item.id}"
    title = item.heading
    notices.tell(person_id, f"moderation:{verb}", url, about=about, title=title, **params)


def recheck(rows: Sequence[Notice], actor: Actor) -> dict[int, Found]:
    """Notices that say what they are about: one statement for each kind of text, one for items.

    Those that do not are of a time before notices said so, and say what they said.
    """
    found: dict[int, Found] = {}
    by_kind: dict[str, list[tuple[Notice, int]]] = {}
    for notice in rows:
        kind, _colon, number = (notice.about or "").rpartition(":")
        if number.isdigit():
            by_kind.setdefault(kind, []).append((notice, int(number)))
        else:
            found[notice.id] = Found(notice.params, notice.url)
    for kind, several in by_kind.items():
        found |= (_items if kind == QueueItem.kind else _texts)(kind, several, actor)
    return found


def _items(_kind: str, several: Sequence[tuple[Notice, int]], actor: Actor) -> dict[int, Found]:
    ids = [number for _notice, number in several]
    mine = QueueItem.visible_to(actor).where(QueueItem.id.in_(ids))
    rows = db.session.execute(mine.with_only_columns(QueueItem.id, QueueItem.heading))
    headings = {row.id: row.heading for row in rows}
    return {
        notice.id: Found({**notice.params, "title": headings[number]}, notice.url)
        for notice, number in several
        if number in headings
    }


def _texts(kind: str, several: Sequence[tuple[Notice, int]], actor: Actor) -> dict[int, Found]:
    model = kinds.get(kind)
    if model is None:
        return {}
    ids = {number for _notice, number in several}
    named = model.named_to(actor, ids)
    found: dict[int, Found] = {}
    for notice, number in several:
        if (one := named.get(number)) is not None:
            params = notice.params if one.url else {**notice.params, "title": one.title}
            found[notice.id] = Found(params, notice.url)
    return found
