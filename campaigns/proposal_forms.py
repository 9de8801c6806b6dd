"""The forms of proposals: writing one, changing it, answering it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from accounts.forms import CHOOSE, options
from core.forms import CarefulForm, Required, TextField
from core.i18n import _l
from moderation import EditingForm, TextForm, TitledForm

from .outcomes import OUTCOMES

REASON = 2_000


class _PutTo(TextForm):
    """To which unit it is put. Stands before the text."""

    unit = SelectField(_l("请哪个单位答复"), [Required(_l("请选择单位。"))], default="", choices=[])


class ProposalForm(_PutTo, TitledForm):
    """A proposal; `units` are those that may be asked, by their ids."""

    def __init__(self, units: Mapping[str, str], **data: Any) -> None:
        super().__init__(**data)
        self.unit.choices = options({**CHOOSE, **units})

    def typed_title(self) -> str | None:
        return self.title.data


class EditProposalForm(EditingForm, ProposalForm):
    pass


class DecideForm(EditingForm, CarefulForm):
    """An answer, bound to the version that was read."""

    outcome = RadioField(
        _l("答复"),
        [Required(_l("请选择答复。"))],
        choices=[SelectChoice(state, one.label) for state, one in OUTCOMES.items()],
    )
    reason = TextField(_l("理由"), [Required(_l("请写明理由。"))], limit=REASON)

    def words_to_check(self) -> list[str]:
        return [str(self.reason.data)]
