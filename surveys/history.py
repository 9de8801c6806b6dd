"""What results have to say of a form that changed: since when a question is asked as it is, and
until when one was asked. Days of versions, never of answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core import clock
from core.i18n import _, day

from .building.acts import keys
from .building.difference import difference
from .models import SurveyVersion

_NOTED = frozenset(
    {"reworded"}
    | {f"{part}_{what}" for part in ("option", "row") for what in ("added", "removed", "renamed")}
)


def notes(versions: Sequence[SurveyVersion]) -> dict[str, list[str]]:
    """Sentences by question, of all versions of a survey (the newest first)."""
    found: dict[str, list[str]] = {}
    for newer, older in pairwise(versions):
        when = day(clock.local(newer.at).date())
        for change in difference(older.document, newer.document).changes:
            if change.key and change.sort in _NOTED:
                said = _("%(day)s起：%(change)s", day=when, change=change.sentence)
                found.setdefault(change.key, []).append(said)
        for key in keys(older.document) - keys(newer.document):
            found.setdefault(key, []).append(_("问到%(day)s为止。", day=when))
    return found
