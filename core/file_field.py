"""The field of a form in which files are chosen that go with a text.

What comes in is taken at once as the writer's own unsent files, so that a form that does not
hold comes back with them: the view keeps them (`has_taken`). Their numbers come back in hidden
fields of the same name, and in `<name>_drop` of those that shall go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import request
from flask_login import current_user
from wtforms import Field
from wtforms.widgets import FileInput

from . import attachments
from .attachments import MOST, Note
from .files import FileFault, Upload
from .gate import LARGEST_ID
from .i18n import _

_NUMBERS = re.compile(r"[1-9][0-9]{0,9}")


def numbers(values: Iterable[str]) -> list[int]:
    """The numbers of files in what a form sent: "3", "4,7"; each once."""
    found = (int(one) for value in values for one in _NUMBERS.findall(value[:400]))
    return [one for one in dict.fromkeys(found) if one <= LARGEST_ID][: 2 * MOST]


def sent_numbers(name: str = "file") -> list[int]:
    """The numbers of the files that a request says stay."""
    dropped = set(numbers(request.form.getlist(f"{name}_drop")))
    return [one for one in numbers(request.form.getlist(name)) if one not in dropped]


def kept(upload: Upload) -> Note:
    """A file as one of the reader's own."""
    return attachments.keep(upload, current_user).note


def take_all(
    name: str, room: int, take: Callable[[Upload], Note] = kept
) -> tuple[list[Note], list[str]]:
    """The files that came in a field, at most `room`, and what is wrong with the others."""
    taken: list[Note] = []
    faults: list[str] = []
    given = [one for one in request.files.getlist(name) if one.filename]
    for one in given[:room]:
        try:
            taken.append(take(attachments.received(one)))
        except FileFault as fault:
            faults.append(f"“{attachments.called(one.filename or '')}”{_('：')}{fault}")
    if len(given) > room:
        faults.append(
            _("最多带 %(most)d 个文件，多出的 %(n)d 个没有收下。", most=MOST, n=len(given) - room)
        )
    return taken, faults


class FilesField(Field):
    """`data` is the notes of the files that go with the text."""

    widget = FileInput(multiple=True)
    data: tuple[Note, ...]

    def __init__(self, label: Any = None, validators: Any = None, **kw: Any) -> None:
        super().__init__(label, validators, **kw)
        self.has_taken = False

    def process_data(self, value: Any) -> None:
        """Notes, or the numbers of files of the reader's own as a draft keeps them."""
        if isinstance(value, str):
            own = attachments.own(numbers([value]), current_user)
            self.data = tuple(one.note for one in own)
        else:
            self.data = tuple(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        asked = sent_numbers(self.name)
        found = attachments.own(asked, current_user)
        taken, faults = take_all(self.name, max(0, MOST - len(found)))
        self.has_taken = bool(taken)
        self.data = tuple(dict.fromkeys((*(one.note for one in found), *taken)))
        if len(found) < len(asked):
            faults.append(_("有的文件已经不在了，请重新选择。"))
        if len(self.data) > MOST:
            count = len(self.data)
            faults.append(
                _("最多带 %(most)d 个文件，现在是 %(count)d 个。", most=MOST, count=count)
            )
        self.process_errors.extend(faults)
