"""A text as it goes in: what was typed, and what browsers will run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core import keys, text

BodyFormat = Literal["plain", "html"]


@dataclass(frozen=True)
class Wording:
    """A title (or none), the body as typed, its format, and the body cooked once."""

    title: str | None
    body: str
    body_format: BodyFormat
    body_html: str

    @classmethod
    def of(cls, body: str, body_format: BodyFormat = "plain", title: str | None = None) -> Wording:
        """Raises core.text.TextFault when the body cannot be taken."""
        # PostgreSQL keeps no NUL.
        body = body.replace("\0", "").replace("\r\n", "\n")
        return cls(title, body, body_format, text.cook(body, body_format))

    @property
    def digest(self) -> str:
        """Seals the content; a decision names it, so that any public byte leads to who saw it."""
        return keys.digest(
            "revision", self.title or "", self.body_format, self.body, self.body_html
        )

    def columns(self) -> dict[str, object]:
        """The columns of a Revision that hold the content."""
        return {
            "title": self.title,
            "body": self.body,
            "body_format": self.body_format,
            "body_html": self.body_html,
            "cleaner": text.CLEANER,
            "digest": self.digest,
        }
