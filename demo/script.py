"""The threads as the content files have them, with all that no copy changes worked out once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.text import cook, excerpt, plain
from core.tokens import tokens
from moderation.models import EXCERPT
from moderation.wording import Wording

from . import reading

QUOTED = 60  # characters of a quotation
DAYS = 22  # over which the threads that everybody reads are spread, up to yesterday


@dataclass(frozen=True)
class Said:
    """One text of a thread. `after`: how long after the thread began; `reason`: why it came back."""

    author: str
    state: str
    after: timedelta
    reason: str
    wording: Wording
    columns: dict[str, Any]  # of its revision
    words: str
    excerpt: str
    tokens: str

    @classmethod
    def of(cls, source: dict[str, Any], wording: Wording) -> Said:
        words = plain(wording.body_html)
        return cls(
            author=source["author"],
            state=source.get("state", "published"),
            after=timedelta(minutes=source.get("after", 0)),
            reason=source.get("reason", ""),
            wording=wording,
            columns=wording.columns(),
            words=words,
            excerpt=excerpt(wording.body_html, EXCERPT),
            tokens=tokens(words),
        )

    def titled(self, title: str) -> dict[str, Any]:
        """The revision's columns when this text opens a thread of that title."""
        wording = self.wording
        titled = Wording(title, wording.body, wording.body_format, wording.body_html)
        return {**self.columns, "title": title, "digest": titled.digest}


@dataclass(frozen=True)
class Script:
    """One thread: its key, the day of its opening, counted back from today, the time of day, its texts."""

    key: str
    board: str
    title: str
    ago: timedelta
    time: timedelta
    texts: list[Said]


def scripts(files: Iterable[str]) -> list[Script]:
    """The threads of some content files, in their order."""
    sources = [one for name in files for one in reading.table(name)["thread"]]
    last = max(one["day"] for one in sources if one.get("state", "published") == "published")
    return [_script(source, last) for source in sources]


def _script(source: dict[str, Any], last_day: int) -> Script:
    hours, minutes = map(int, source["time"].split(":"))
    posts = [source, *source.get("post", [])]
    return Script(
        key=source["key"],
        board=source["board"],
        title=source["title"],
        ago=timedelta(days=max(1, round(DAYS + 1 - source["day"] * DAYS / last_day))),
        time=timedelta(hours=hours, minutes=minutes),
        texts=[Said.of(one, _wording(one, posts)) for one in posts],
    )


def _wording(source: dict[str, Any], posts: list[dict[str, Any]]) -> Wording:
    """The text, with the first line of what it answers above it."""
    body, body_format = source["body"].strip(), source["format"]
    quoted = source.get("quote")
    if quoted and body_format == "plain":
        lines = plain(_cooked(posts[quoted - 1])).split("\n")
        first = next(line for line in lines if len(line) > 8)
        body = f"> {first[:QUOTED]}{'……' if len(first) > QUOTED else ''}\n\n{body}"
    return Wording(None, body, body_format, cook(body, body_format))


def _cooked(source: dict[str, Any]) -> str:
    return cook(source["body"].strip(), source["format"])
