"""What nobody answers: words that a form only says, and what follows from other answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.i18n import _l

from .base import SAID, Kind
from .number import Number

if TYPE_CHECKING:
    from ..reader import Reader


class Note(Kind):
    name = "note"
    word = _l("说明文字")
    keys = SAID
    label_limit = 2_000
    is_answered = False
    has_result = False


class Calculated(Number):
    """Kept as a number, shown to nobody while filling in."""

    name = "calculated"
    word = _l("自动算出")
    keys = (SAID - {"hint"}) | {"calculation", "decimals"}
    needs = frozenset({"calculation"})
    control = ""
    seconds = 0
    is_shown = False
    is_answered = False

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        places = reader.whole_number(asked, "decimals", 0, 4, place, optional=True)
        rule = reader.expression(asked, "calculation", place, needed=True)
        return {"calculation": rule, "decimals": places or 0}
