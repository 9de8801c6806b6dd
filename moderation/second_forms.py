"""The forms of a second review: a verdict, a coded reason where it needs one, words if any."""

from __future__ import annotations

from core.forms import BaseForm, TextField
from core.i18n import _l

from .forms import LIMIT, CodedReason, told_apart

REASONED = ("reject", "hide")


class VerdictForm(BaseForm):
    """Nothing that must be filled in: the author reads none of it."""

    explanation = TextField(_l("补充几句"), limit=LIMIT)

    @classmethod
    def of(cls, verb: str) -> VerdictForm:
        return told_apart((ReasonedVerdictForm if verb in REASONED else cls)(), verb)

    @property
    def reason_code(self) -> str | None:
        return None

    @property
    def words(self) -> str:
        return str(self.explanation.data or "")


class ReasonedVerdictForm(CodedReason, VerdictForm):
    """A verdict that names a coded reason, too."""
