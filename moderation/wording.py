"""A text as it goes in: what was typed, and what browsers will run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core import keys, text
from core.attachments import Note

BodyFormat = Literal["plain", "html"]


@dataclass(frozen=True)
class Wording:
    """A title (or none), the body as typed, its format, the body cooked once, and the files
    that go with it."""

    title: str | None
    body: str
    body_format: BodyFormat
    body_html: str
    files: tuple[Note, ...] = ()

    @classmethod
    def of(
        cls,
        body: str,
        body_format: BodyFormat = "plain",
        title: str | None = None,
        files: Sequence[Note] = (),
    ) -> Wording:
        """With these files alone as pictures in the text. Raises core.text.TextFault when the
        body cannot be taken."""
        # PostgreSQL keeps no NUL.
        body = body.replace("\0", "").replace("\r\n", "\n")
        pictures = {note.id for note in files if note.is_image}
        return cls(title, body, body_format, text.cook(body, body_format, pictures), tuple(files))

    @property
    def digest(self) -> str:
        """Seals the content; a decision names it, so that any public byte leads to who saw it."""
        files = [f"{note.id} {note.digest}" for note in self.files]
        words = (self.title or "", self.body_format, self.body, self.body_html)
        return keys.digest("revision", *words, *files)

    def columns(self) -> dict[str, object]:
        """The columns of a Revision that hold the content."""
        return {
            "title": self.title,
            "body": self.body,
            "body_format": self.body_format,
            "body_html": self.body_html,
            "cleaner": text.CLEANER,
            "files": [list(note) for note in self.files],
            "digest": self.digest,
        }
