"""Pictures of options: brought by the office, drawn anew, shown with words, carried along."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from core.files import Upload
from surveys.definition import DefinitionFault, read
from surveys.xlsform import read_workbook, workbook
from tests.people import Cast
from tests.surveys.conftest import Desk, document, options

PICTURE = "data:image/webp;base64,UklGRg=="


def photo() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (900, 600), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def form(**option: Any) -> dict[str, Any]:
    question = {"key": "one", "type": "single", "label": "哪一个", "options": options("a", "b")}
    question["options"][0] |= option
    return document(sections=[{"questions": [question]}], anonymity="named")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"image": PICTURE}, "缺少 alt"),
        ({"image": "https://elsewhere.example/x.png", "alt": "图"}, "image 应是"),
        ({"image": "data:image/svg+xml;base64,aaaa", "alt": "图"}, "image 应是"),
        ({"image": PICTURE + "A" * 90_000, "alt": "图"}, "image 应是"),
        ({"image": 7, "alt": "图"}, "image 应是"),
    ],
)
def test_a_picture_that_is_none_is_told(app: Flask, option: Any, words: str) -> None:
    with app.test_request_context(), pytest.raises(DefinitionFault) as raised:
        read(form(**option))
    assert words in raised.value.faults[0].sentence


def test_the_office_brings_and_takes_away(desk: Desk, cast: Cast) -> None:
    slug = desk.make(
        **{k: v for k, v in form().items() if k in ("sections", "anonymity")}, state="draft"
    )
    office, path = cast.visitor("office"), f"/surveys/{slug}/pictures"
    sent = {"place": "one/a", "alt": "大门", "file": (io.BytesIO(photo()), "门.jpg")}
    assert office.post(path, sent, content_type="multipart/form-data").status_code == 303
    page = office.get(f"/surveys/{slug}").text
    assert 'src="data:image/webp;base64,' in page
    assert 'alt="大门"' in page
    assert "SecretCamera" not in page
    sent = {"place": "one/a", "verb": "remove"}
    assert office.post(path, sent).status_code == 303
    assert 'src="data:image' not in office.get(f"/surveys/{slug}").text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"place": "one/a", "alt": "", "file": (b"x", "a.png")}, "图片上是什么"),
        ({"place": "one/a", "alt": "图", "file": (b"x", "a.png")}, "内容不是 .png"),
        ({"place": "one/a", "alt": "图"}, "请选择一个文件"),
        ({"place": "one/z", "alt": "图"}, ""),
    ],
)
def test_what_does_not_fit_is_told(desk: Desk, cast: Cast, sent: Any, words: str) -> None:
    slug = desk.make(
        **{k: v for k, v in form().items() if k in ("sections", "anonymity")}, state="draft"
    )
    data = {k: (io.BytesIO(v[0]), v[1]) if isinstance(v, tuple) else v for k, v in sent.items()}
    back = cast.visitor("office").post(
        f"/surveys/{slug}/pictures", data, content_type="multipart/form-data"
    )
    assert back.status_code == 422
    assert words in back.text


def test_pictures_are_the_offices(desk: Desk, cast: Cast) -> None:
    slug = desk.make(anonymity="named")
    assert cast.visitor("cadre").get(f"/surveys/{slug}/pictures").status_code == 403


def test_a_workbook_names_the_picture_and_tells_that_it_is_not_there(app: Flask) -> None:
    with app.test_request_context():
        data = workbook(read(form(image=PICTURE, alt="大门")).document)
        found, told = read_workbook(Upload("x.xlsx", "xlsx", data))
    assert found.questions[0].options[0].image == ""
    assert "选项的图片" in told[0].sentence
