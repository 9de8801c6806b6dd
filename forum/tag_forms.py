"""The forms in which tags are chosen and tended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from wtforms import SelectField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from core.forms import BaseForm, CreationForm, LineField, Required
from core.i18n import _, _l

from .forms import ThreadForm
from .models import Board
from .tags import MOST, Tag

LONGEST = 20  # characters of a name


def _number(typed: Any) -> int:
    """A tag's id; what is none names no tag."""
    return int(typed) if str(typed).isdecimal() and len(str(typed)) < 10 else 0


class TagsField(SelectMultipleField):
    """Tags, each a box to tick; at most MOST of them."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
    data: list[int]

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, coerce=_number, choices=[], validate_choice=False, **kw)

    def offer(self, tags: Sequence[Tag]) -> None:
        self.choices = [(tag.id, tag.title) for tag in tags]

    def process_data(self, value: Any) -> None:
        self.data = [_number(one) for one in value or ()]

    def pre_validate(self, form: Any) -> None:
        known = {id for id, _title in self.choices or ()}
        chosen = [id for id in dict.fromkeys(self.data or []) if id in known]
        self.data = chosen
        if len(chosen) > MOST:
            raise ValidationError(_("最多选 %(most)d 个标签。", most=MOST))


class StartForm(ThreadForm):
    """What starts a thread: title, text, tags, and tags that the writer would like to have."""

    tags = TagsField(_l("标签"))
    proposed = LineField(_l("想用的标签还没有？"), limit=80)

    names: Sequence[str] = ()

    @classmethod
    def for_board(cls, board: Board, tags: Sequence[Tag], **data: Any) -> Self:
        form = cls(**data)
        form.tags.offer(tags)
        if not board.proposes_tags:
            del form.proposed
        return form

    def validate_proposed(self, field: Any) -> None:
        names = list(dict.fromkeys((field.data or "").replace("#", " ").split()))
        if any(len(name) > LONGEST for name in names):
            raise ValidationError(_("一个标签最多 %(limit)d 个字。", limit=LONGEST))
        if len(names) + len(self.tags.data or []) > MOST:
            raise ValidationError(_("最多选 %(most)d 个标签。", most=MOST))
        self.names = names

    def words_to_check(self) -> list[str]:
        return [*super().words_to_check(), *self.names]


class ChooseForm(BaseForm):
    tags = TagsField(_l("标签"))


class TagForm(CreationForm):
    """A tag's name and what it is for, in both languages."""

    name = LineField(_l("名称"), [Required(_l("请写标签的名称。"))], limit=LONGEST)
    name_en = LineField(_l("英文名称"), limit=40)
    description = LineField(_l("用在什么主题上"), limit=200)
    description_en = LineField(_l("英文说明"), limit=200)

    @property
    def said(self) -> dict[str, str | None]:
        return {
            "name": self["name"].data,
            "name_en": self.name_en.data or None,
            "description": self.description.data or "",
            "description_en": self.description_en.data or None,
        }


class MergeForm(BaseForm):
    into = SelectField(_l("并入哪个标签"), coerce=_number, choices=[], validate_choice=False)

    def validate_into(self, field: Any) -> None:
        if field.data not in {id for id, _title in field.choices}:
            raise ValidationError(_("请选一个标签。"))
