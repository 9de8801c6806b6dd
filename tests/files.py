"""Files for tests, and posts that carry them."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from tests.boards import Forum, number_in
from tests.people import Visitor

PDF = b"%PDF-1.7\n1 0 obj\n" + b"0123456789" * 300
FILE = (PDF, "会议记录.pdf")
_ADDRESS = re.compile(r'(?:href|src)="(/files/[0-9]+/[^"]+)"')


def picture(colour: str = "red", size: tuple[int, int] = (40, 20), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def chosen(*files: tuple[bytes, str]) -> list[tuple[io.BytesIO, str]]:
    """Files as a form without JavaScript sends them."""
    return [(io.BytesIO(data), name) for data, name in files]


def bring(visitor: Visitor, data: bytes = PDF, name: str = "会议记录.pdf") -> int:
    """Upload as the page's script does; the file's number."""
    answer = visitor.post("/files", {"file": (io.BytesIO(data), name)})
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="file" value="([0-9]+)"', answer.json["row"])  # type: ignore[index]
    assert found is not None
    return int(found[1])


def start(
    forum: Forum,
    visitor: Visitor,
    *files: tuple[bytes, str],
    board: str = "dajiatan",
    **fields: Any,
) -> int:
    """A thread with files, sent without JavaScript; returns its id."""
    words = {"title": "带附件的主题", "body": "请看附件。", **fields}
    answer = visitor.post(f"/forum/{board}/new", {**words, "file": chosen(*(files or (FILE,)))})
    assert answer.status_code == 302, answer.text
    return number_in(answer)


def addresses(page: TestResponse) -> list[str]:
    """The signed addresses of a page, each once."""
    return list(dict.fromkeys(unescape(one) for one in _ADDRESS.findall(page.text)))
