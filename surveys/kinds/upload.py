"""Files that are handed in with an answer, and a signature, drawn or typed.

Both lead to whoever gave them, so a form that promises otherwise cannot ask for them. Files lie in
core/attachments: taken when they come, so that a form that does not hold, or another page of it,
keeps them; bound to the survey once the answer is kept (surveys/uploads.py). Where a form is only
tried they lie nowhere: a file goes along as its name, a drawing as itself.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from flask import request
from flask_login import current_user
from wtforms.validators import ValidationError

from core import attachments, text
from core.attachments import Note
from core.file_field import kept, numbers, sent_numbers, take_all
from core.files import FileFault, Upload
from core.i18n import _, _l, ngettext

from ..logic.evaluating import Value
from ..tallies import THRESHOLD, Counts, QuestionResult, Words
from .base import COMMON, Given, Kind
from .field import QuestionField

if TYPE_CHECKING:
    from ..question import Question
    from ..reader import Reader

MOST_FILES = 5
NAME_LIMIT = 40
DRAWN = "data:image/png;base64,"
LARGEST_DRAWING = 300_000  # characters
ACCEPTED = {"any": attachments.KINDS, "image": (*attachments.IMAGES, "jpeg", "gif")}


class UploadField(QuestionField):
    """`notes` are the files that stay with the answer."""

    notes: list[Note]
    has_taken = False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        before = self.before(formdata is not None)
        taken, faults = self.take(len(before)) if formdata is not None else ([], [])
        self.has_taken = bool(taken)
        self.notes = list(dict.fromkeys((*before, *taken)))
        self.process_errors.extend(faults)

    def before(self, is_sent: bool) -> list[Note]:
        """The files that were there before."""
        raise NotImplementedError

    def take(self, before: int) -> tuple[list[Note], list[str]]:
        """What came with this request, and what is wrong with the rest."""
        raise NotImplementedError

    def emptied(self) -> bool:
        was_sent = super().emptied() or bool(self.notes)
        self.notes = []
        return was_sent

    def keep(self, upload: Upload) -> Note:
        """A file that came. Raises FileFault."""
        return attachments.drawn(upload)[0] if self.is_tried else kept(upload)

    def mark(self, note: Note) -> str:
        """What stands for a file when the form comes back."""
        return str(note.id)


class FileField(UploadField):
    @property
    def names(self) -> list[str]:
        return [self.name, f"{self.name}_drop"]

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [row["option"] for row in given if "text" in row]}

    def before(self, is_sent: bool) -> list[Note]:
        if self.is_tried:
            names, gone = (request.form.getlist(name) for name in self.names)
            return [_tried(one) for one in names if one and one not in gone]
        return _own(sent_numbers(self.name) if is_sent else numbers(self.sent[self.name]))

    def take(self, before: int) -> tuple[list[Note], list[str]]:
        most: int = self.question.max_choices  # type: ignore[assignment]
        return take_all(self.name, max(0, most - before), self.keep)

    def mark(self, note: Note) -> str:
        return note.name if self.is_tried else super().mark(note)

    @property
    def accepted(self) -> str:
        """Endings for the file dialog."""
        return ",".join(f".{one}" for one in ACCEPTED[self.question.accept])

    def read(self) -> list[dict[str, Any]]:
        most = self.question.max_choices or 1
        if len(self.notes) > most:
            raise ValidationError(_("最多 %(most)d 个文件，请去掉多出的。", most=most))
        for note in self.notes:
            if self.question.accept == "image" and not note.is_image:
                raise ValidationError(_("“%(name)s”不是图片。", name=note.name))
        rows = [{"option": str(note.id), "text": note.name} for note in self.notes]
        return [{}, *rows] if rows else []

    def missing(self) -> str:
        return _("请选一个文件。")


class SignatureField(UploadField):
    """A drawing comes as a picture in the text of a field, a name as it is typed."""

    @property
    def drawn_name(self) -> str:
        return f"{self.name}-drawn"

    @property
    def names(self) -> list[str]:
        return [self.name, self.drawn_name]

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        written = [row for row in given if "text" in row]
        return {
            self.name: [row["text"] for row in written if not row["option"]],
            self.drawn_name: [row["option"] for row in written if row["option"]],
        }

    @property
    def drawn(self) -> str:
        return next(iter(self.sent.get(self.drawn_name, [])), "")

    def before(self, _is_sent: bool) -> list[Note]:
        return [] if self.drawn.startswith("data:") else _own(numbers([self.drawn])[:1])

    def take(self, _before: int) -> tuple[list[Note], list[str]]:
        if not self.drawn.startswith("data:"):
            return [], []
        drawn, self.sent[self.drawn_name] = self.drawn, []
        try:
            if not drawn.startswith(DRAWN) or len(drawn) > LARGEST_DRAWING:
                raise FileFault(_("签名没有收到，请再签一次，或者写下姓名。"))
            data = base64.b64decode(drawn.removeprefix(DRAWN), validate=True)
            taken = self.keep(Upload(f"{_('签名')}.png", "png", data))
        except binascii.Error:
            return [], [_("签名没有收到，请再签一次，或者写下姓名。")]
        except FileFault as fault:
            return [], [str(fault)]
        if self.is_tried:
            self.sent[self.drawn_name] = [drawn]
        return [taken], []

    def mark(self, note: Note) -> str:
        return self.drawn if self.is_tried else super().mark(note)

    def read(self) -> list[dict[str, Any]]:
        if self.notes:
            note = self.notes[0]
            return [{}, {"option": str(note.id), "text": note.name}]
        try:
            typed = text.clean_line(self.value, NAME_LIMIT)
        except text.TextFault as fault:
            raise ValidationError(str(fault)) from fault
        return [{}, {"option": "", "text": typed}] if typed else []

    def missing(self) -> str:
        return _("请签名，或者写下姓名。")


def _own(ids: Collection[int]) -> list[Note]:
    return [one.note for one in attachments.own(ids, current_user)]


def _tried(name: str) -> Note:
    """A file that was handed in for a trial, of which the page kept the name."""
    kind = name.rpartition(".")[2].lower()
    kind = kind if kind in attachments.KINDS else "txt"
    return Note(0, attachments.name_of(name, kind), kind, 0, "", 0, 0)


class File(Kind):
    name = "file"
    word = _l("上传文件")
    keys = COMMON | {"accept", "max_files"}
    field = FileField
    control = "file"
    seconds = 30
    is_filed = True

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        most = reader.whole_number(asked, "max_files", 1, MOST_FILES, place, optional=True)
        accepted = reader.among(asked, "accept", tuple(ACCEPTED), place, "any")
        return {"max_choices": most or 1, "accept": accepted}

    def value(self, given: list[Given]) -> Value:
        return "file"

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        return {question.key: ["", "file"]}

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        answered = counts.answered.get(question.key, 0)
        sentence = ngettext(
            "%(num)d 人交了，内容只有办公室看。", "%(num)d 人交了，内容只有办公室看。", answered
        )
        if 0 < answered < THRESHOLD:
            sentence = _("交了的不足 %(limit)d 人，内容只有办公室看。", limit=THRESHOLD)
        return QuestionResult(question, answered, sentence)


class Signature(File):
    name = "signature"
    word = _l("签名")
    keys = COMMON
    field = SignatureField
    control = "signature"
    seconds = 15

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        return {}
