"""Files that are handed in with an answer, and a signature, drawn or typed.

Both lead to whoever gave them, so a form that promises otherwise cannot ask for them. Files lie in
core/attachments: taken when they come, so that a form that does not hold, or another page of it,
keeps them; bound to the survey once the answer is kept (surveys/uploads.py).
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from flask_login import current_user
from wtforms.validators import ValidationError

from core import attachments, text
from core.file_field import numbers, sent_numbers, take_all
from core.files import FileFault, Upload
from core.i18n import _, _l, ngettext

from ..logic.evaluating import Value
from ..tallies import Counts, QuestionResult, Words
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

    notes: list[attachments.Note]
    has_taken = False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        kept = attachments.own(self.kept(formdata is not None), current_user)
        taken, faults = self.take(len(kept)) if formdata is not None else ([], [])
        self.has_taken = bool(taken)
        self.notes = list(dict.fromkeys(one.note for one in (*kept, *taken)))
        self.process_errors.extend(faults)

    def kept(self, is_sent: bool) -> list[int]:
        """The numbers of the files that were there before."""
        raise NotImplementedError

    def take(self, kept: int) -> tuple[list[attachments.Attachment], list[str]]:
        """What came with this request, and what is wrong with the rest."""
        raise NotImplementedError


class FileField(UploadField):
    @property
    def names(self) -> list[str]:
        return [self.name, f"{self.name}_drop"]

    def said(self, given: list[dict[str, Any]]) -> dict[str, list[str]]:
        return {self.name: [row["option"] for row in given if "text" in row]}

    def kept(self, is_sent: bool) -> list[int]:
        return sent_numbers(self.name) if is_sent else numbers(self.sent[self.name])

    def take(self, kept: int) -> tuple[list[attachments.Attachment], list[str]]:
        return take_all(self.name, max(0, self.question.max_choices - kept))  # type: ignore[operator]

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

    def kept(self, _is_sent: bool) -> list[int]:
        return [] if self.drawn.startswith("data:") else numbers([self.drawn])[:1]

    def take(self, _kept: int) -> tuple[list[attachments.Attachment], list[str]]:
        if not self.drawn.startswith("data:"):
            return [], []
        drawn, self.sent[self.drawn_name] = self.drawn, []
        try:
            if not drawn.startswith(DRAWN) or len(drawn) > LARGEST_DRAWING:
                raise FileFault(_("签名没有收到，请再签一次，或者写下姓名。"))
            data = base64.b64decode(drawn.removeprefix(DRAWN), validate=True)
            taken = attachments.keep(Upload(f"{_('签名')}.png", "png", data), current_user)
        except binascii.Error:
            return [], [_("签名没有收到，请再签一次，或者写下姓名。")]
        except FileFault as fault:
            return [], [str(fault)]
        return [taken], []

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
