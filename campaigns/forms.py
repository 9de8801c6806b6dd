"""Forms of the office: the campaign with its phases, and its terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, FieldList, Form, FormField, HiddenField
from wtforms.validators import Optional

from core.forms import BaseForm, LineField, Required, TextField
from core.i18n import _, _l

from .models import Campaign, GlossaryTerm, Phase

BLANK_TERMS = 3
OWN = ("title", "title_en", "lead", "lead_en", "starts_on", "ends_on")


def _ends_before_it_starts(form: Any) -> bool:
    start, end = form.starts_on.data, form.ends_on.data
    return start is not None and end is not None and end < start


class PhaseForm(Form):
    """One phase; a row without a title adds nothing, `remove` takes the phase away."""

    Meta = BaseForm.Meta

    title = LineField(_l("阶段名称"), limit=120)
    title_en = LineField(_l("阶段名称（英文）"), limit=200)
    aim = TextField(_l("这个阶段做什么"), limit=1000)
    aim_en = TextField(_l("这个阶段做什么（英文）"), limit=1000)
    starts_on = DateField(_l("开始"), [Optional()])
    ends_on = DateField(_l("结束"), [Optional()])
    remove = BooleanField(_l("删去这个阶段"))


class CampaignForm(BaseForm):
    """The campaign's own fields and its phases; `version` is the one the page was made from."""

    version = HiddenField()
    title = LineField(_l("活动名称"), [Required(_l("请填写活动名称。"))], limit=120)
    title_en = LineField(_l("活动名称（英文）"), limit=200)
    lead = TextField(_l("导语"), limit=600)
    lead_en = TextField(_l("导语（英文）"), limit=600)
    starts_on = DateField(_l("活动开始"), [Optional()])
    ends_on = DateField(_l("活动结束"), [Optional()])
    phases = FieldList(FormField(PhaseForm), max_entries=20)

    @classmethod
    def of(cls, campaign: Campaign) -> CampaignForm:
        """The form for a campaign as it stands, with an empty row for one more phase."""
        values = {name: getattr(campaign, name) for name in OWN}
        phases = [_row(phase) for phase in campaign.phases]
        return cls(data={**values, "version": campaign.version, "phases": [*phases, {}]})

    def validate(self, extra_validators: Any = None) -> bool:
        holds = super().validate(extra_validators)
        if _ends_before_it_starts(self):
            self.ends_on.errors = [*self.ends_on.errors, _("结束不能早于开始。")]
            holds = False
        rows_hold = [self._phase_holds(row.form) for row in self.phases]
        return holds and all(rows_hold)

    def differences(self, campaign: Campaign) -> list[str]:
        """What stands otherwise in the campaign now than what was typed: names of fields."""
        found = [
            str(self[name].label.text) for name in OWN if self[name].data != getattr(campaign, name)
        ]
        rows = [values for _place, values in self.kept_phases()]
        if rows != [_row(phase) for phase in campaign.phases]:
            found.append(_("阶段"))
        return found

    def _phase_holds(self, row: Any) -> bool:
        if row.remove.data:
            return True
        if not row.title.data and (row.aim.data or row.starts_on.data or row.ends_on.data):
            row.title.errors = [*row.title.errors, _("请给这个阶段一个名称。")]
            return False
        sentence = ""
        if _ends_before_it_starts(row):
            sentence = _("结束不能早于开始。")
        elif not self._is_within(row.starts_on.data) or not self._is_within(row.ends_on.data):
            sentence = _("阶段的日期要在活动的起止之内。")
        if sentence:
            row.ends_on.errors = [*row.ends_on.errors, sentence]
        return not sentence

    def _is_within(self, day: date | None) -> bool:
        start, end = self.starts_on.data, self.ends_on.data
        return day is None or not ((start and day < start) or (end and day > end))

    def kept_phases(self) -> list[tuple[int, dict[str, Any]]]:
        """The phases as they shall be, each with the place it had on the page."""
        kept = []
        for place, row in enumerate(self.phases):
            values = dict(row.data)
            if values.pop("title").strip() and not values.pop("remove"):
                kept.append((place, {**values, "title": row.form.title.data}))
        return kept

    def fields(self) -> dict[str, Any]:
        """The campaign's own fields as they shall be."""
        return {name: self[name].data for name in OWN}


def _row(phase: Phase) -> dict[str, Any]:
    names = ("title", "title_en", "aim", "aim_en", "starts_on", "ends_on")
    return {name: getattr(phase, name) for name in names}


class TermForm(Form):
    """A term and what it means; both empty: nothing."""

    Meta = BaseForm.Meta

    term = LineField(_l("用语"), limit=40)
    explanation = TextField(_l("解释"), limit=1000)


class GlossaryForm(BaseForm):
    """All terms of a campaign; an emptied term is taken out."""

    version = HiddenField()
    terms = FieldList(FormField(TermForm), max_entries=200)

    @classmethod
    def of(cls, campaign: Campaign, terms: Sequence[GlossaryTerm]) -> GlossaryForm:
        rows = [{"term": one.term, "explanation": one.explanation} for one in terms]
        return cls(data={"version": campaign.version, "terms": [*rows, *[{}] * BLANK_TERMS]})

    def kept_terms(self) -> dict[str, str]:
        return {
            row.form.term.data: row.form.explanation.data
            for row in self.terms
            if row.form.term.data
        }

    def validate(self, extra_validators: Any = None) -> bool:
        holds = super().validate(extra_validators)
        seen: set[str] = set()
        for row in self.terms:
            term = row.form.term
            if term.data and term.data in seen:
                term.errors = [*term.errors, _("这个用语已经有了。")]
                holds = False
            if not term.data and row.form.explanation.data:
                term.errors = [*term.errors, _("请写出用语。")]
                holds = False
            seen.add(term.data)
        return holds
