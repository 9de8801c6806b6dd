"""Beside an item: whether its words are held, may be cleared, or wait to be cleared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.policy import Actor

from . import purging
from .forms import KeepingForm
from .models import QueueItem
from .purging import Hold, Purge
from .reviewable import Reviewable

KEEPING: dict[str, Callable[[QueueItem, str, Actor], Any]] = {
    "hold": purging.place,
    "lift": purging.lift,
    "purge": purging.ask,
}


class Keeping:
    """What the page of a closed item shows; the item was loaded with KEPT."""

    def __init__(self, item: QueueItem, tried: str) -> None:
        self.item = item
        self.hold: Hold | None = item.hold
        self.asked: Purge | None = item.purge
        self.tried = tried if tried in KEEPING else ""

    def may_purge(self, record: Reviewable) -> bool:
        return purging.may_purge(record)

    def form(self, verb: str) -> KeepingForm:
        """The form of a verb; what was typed stays with the one that was tried."""
        form = KeepingForm()
        if verb == self.tried:
            form.validate()
        else:
            form.explanation.data = ""
        form.explanation.id = form.explanation.label.field_id = f"{verb}-explanation"
        return form
