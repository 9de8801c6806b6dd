"""Files and signatures of an answer: who gives them, who reads them, what stays and what goes."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import MultiDict

from core import attachments
from core.files import Upload
from surveys.definition import DefinitionFault, read
from surveys.xlsform import read_workbook, workbook
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk, action, document, hidden

FILE = {"key": "scan", "type": "file", "label": "材料", "required": True, "max_files": 2}
SIGN = {"key": "sign", "type": "signature", "label": "签名"}
WHY = {
    "key": "why",
    "type": "number",
    "label": "几份",
    "relevant": "${scan} != ''",
    "required": True,
}


def picture(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (60, 20), "white")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    image.save(out, kind, exif=exif)
    return out.getvalue()


class Sender:
    def __init__(self, cast: Cast, slug: str, name: str = "cadre") -> None:
        self.visitor: Visitor = cast.visitor(name)
        self.slug = slug
        self.open()

    def open(self) -> None:
        self.page = self.visitor.get(f"/surveys/{self.slug}")

    def send(self, *files: tuple[bytes, str], field: str = "q-scan", **sent: Any) -> Any:
        data: MultiDict[str, Any] = MultiDict(hidden(self.page))
        for name, value in re.findall(
            r'type="hidden" name="(q-scan|q-sign-drawn)" value="([^"]*)"', self.page.text
        ):
            data.add(name, value)
        for name, value in sent.items():
            data[name.replace("_", "-", 1)] = value
        for content, called in files:
            data.add(field, (io.BytesIO(content), called))
        back = self.visitor.client.post(
            action(self.page), data=data, content_type="multipart/form-data"
        )
        if back.status_code != 303:
            self.page = back
        return back


@pytest.fixture
def survey(desk: Desk) -> Callable[..., str]:
    def survey(*questions: dict[str, Any], **more: Any) -> str:
        return desk.make(sections=[{"questions": list(questions)}], anonymity="named", **more)

    return survey


def test_a_file_is_read_by_its_giver_and_the_office(
    survey: Any, cast: Cast, tables: Callable[..., list[Any]]
) -> None:
    sender = Sender(cast, survey(FILE))
    assert sender.send((picture("JPEG"), "证明.jpg")).status_code == 303
    (row,) = tables("survey_open_answers")
    assert row["text"] == "证明.jpg"
    (kept,) = tables("attachments")
    assert (kept["subject_kind"], str(kept["id"])) == ("surveys:answer", row["option_key"])
    path = f"/files/{kept['id']}"
    bytes_of = sender.visitor.get(path, follow_redirects=True)
    assert bytes_of.status_code == 200
    assert b"SecretCamera" not in bytes_of.data  # drawn anew
    assert cast.visitor("office").get(path, follow_redirects=True).status_code == 200
    assert cast.visitor("delegate").get(path, follow_redirects=True).status_code == 404


def test_a_file_stays_while_the_form_does_not_hold(survey: Any, cast: Cast) -> None:
    sender = Sender(cast, survey(FILE, WHY))
    assert sender.send((picture(), "a.png")).status_code == 422
    assert "a.png" in sender.page.text
    assert sender.send(q_why="2").status_code == 303


def test_what_is_replaced_goes(survey: Any, cast: Cast, tables: Callable[..., list[Any]]) -> None:
    sender = Sender(cast, survey(FILE))
    sender.send((b"one", "a.txt"))
    (old,) = tables("attachments")
    sender.open()
    assert sender.send((b"two", "b.txt"), q_scan_drop=str(old["id"])).status_code == 303
    assert [row["name"] for row in tables("attachments")] == ["b.txt"]
    assert [row["text"] for row in tables("survey_open_answers")] == ["b.txt"]


@pytest.mark.parametrize(
    ("question", "files", "words"),
    [
        (FILE, [], "请选一个文件"),
        (FILE, [(b"MZ\0", "a.exe")], "只接收"),
        (FILE, [(b"x", "a.txt"), (b"y", "b.txt"), (b"z", "c.txt")], "没有收下"),
        ({**FILE, "accept": "image"}, [(b"x", "a.txt")], "“a.txt”不是图片"),
    ],
)
def test_what_does_not_fit_is_told(
    survey: Any, cast: Cast, tables: Callable[..., list[Any]], question: Any, files: Any, words: str
) -> None:
    sender = Sender(cast, survey(question))
    assert sender.send(*files).status_code == 422
    assert words in sender.page.text
    assert tables("survey_responses") == []


def test_nobody_hands_in_what_is_anothers(
    survey: Any, cast: Cast, tables: Callable[..., list[Any]]
) -> None:
    slug = survey(FILE)
    Sender(cast, slug).send((b"mine", "a.txt"))
    (kept,) = tables("attachments")
    other = Sender(cast, slug, "delegate")
    assert other.send(q_scan=str(kept["id"])).status_code == 422
    assert len(tables("survey_responses")) == 1


def drawing() -> str:
    return "data:image/png;base64," + base64.b64encode(picture()).decode()


def test_a_signature_is_drawn_or_typed(
    survey: Any, cast: Cast, tables: Callable[..., list[Any]]
) -> None:
    slug = survey({**SIGN, "required": True})
    drawn, typed = Sender(cast, slug), Sender(cast, slug, "delegate")
    assert drawn.send().status_code == 422
    assert "请签名，或者写下姓名" in drawn.page.text
    assert drawn.send(**{"q_sign-drawn": drawing()}).status_code == 303
    assert typed.send(q_sign="张三").status_code == 303
    assert {row["text"] for row in tables("survey_open_answers")} == {"张三", "签名.png"}
    (kept,) = tables("attachments")
    assert (kept["file_kind"], kept["width"]) == ("png", 60)
    assert f"/files/{kept['id']}" in drawn.visitor.get(f"/surveys/{slug}").text


@pytest.mark.parametrize(
    "drawn", ["data:image/svg+xml,<svg>", "data:image/png;base64,!!", "data:image/png;base64,aGk=", "data:image/png;base64," + "A" * 400_000]
)  # fmt: skip
def test_no_other_drawing_is_taken(
    survey: Any, cast: Cast, tables: Callable[..., list[Any]], drawn: str
) -> None:
    sender = Sender(cast, survey(SIGN))
    assert sender.send(**{"q_sign-drawn": drawn}).status_code == 422
    assert tables("attachments") == []


@pytest.mark.parametrize("question", [FILE, SIGN])
@pytest.mark.parametrize("anonymity", ["anonymous", "confidential"])
def test_no_form_asks_for_what_names_people_but_a_named_one(
    app: Flask, question: Any, anonymity: str
) -> None:
    with app.test_request_context(), pytest.raises(DefinitionFault) as raised:
        read(document(sections=[{"questions": [question]}], anonymity=anonymity))
    assert "认得出人" in raised.value.faults[0].sentence
    assert raised.value.faults[0].place == question["key"]


def test_results_tell_a_number_and_the_office_reads_the_rest(
    survey: Any, cast: Cast, desk: Desk
) -> None:
    slug = survey(FILE, results_when="always")
    for number, name in enumerate(("cadre", "delegate", "supervisor", "expert", "leader")):
        Sender(cast, slug, name).send((f"text {number}".encode(), f"{name}.txt"))
    shown = cast.visitor("cadre").get(f"/surveys/{slug}/results").text
    assert "5 人交了，内容只有办公室看" in shown
    assert "expert.txt" not in shown
    listed = cast.visitor("office").get(f"/surveys/{slug}/answers?question=scan").text
    assert re.search(r'href="/files/\d+"><bdi>expert.txt', listed)


def test_files_travel_in_a_workbook(app: Flask) -> None:
    questions = [FILE, {**FILE, "key": "photo", "accept": "image"}, SIGN]
    with app.test_request_context():
        form = read(document(sections=[{"questions": questions}], anonymity="named")).document
        found, told = read_workbook(Upload("x.xlsx", "xlsx", workbook(form)))
    assert told == []
    assert found.document == form


def test_a_file_for_a_question_that_is_not_asked_is_told(survey: Any, cast: Cast) -> None:
    asked = {"key": "n", "type": "number", "label": "几份"}
    sender = Sender(cast, survey(asked, {**FILE, "relevant": "${n} > 1"}))
    assert sender.send((picture(), "a.png"), q_n="1").status_code == 422
    assert "这一题不用答" in sender.page.text
    assert "a.png" not in sender.page.text
    assert sender.send(q_n="1").status_code == 303


class Trial(Sender):
    """The same as the office tries it."""

    def open(self) -> None:
        self.page = self.visitor.get(f"/surveys/manage/{self.slug}/try")


def test_a_trial_stores_no_file(
    desk: Desk,
    cast: Cast,
    tables: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "storage", lambda: pytest.fail("a trial stores nothing"))
    paged = [{"questions": [{**FILE, "accept": "image"}, SIGN]}, {"questions": [WHY]}]
    slug = desk.make(state="draft", anonymity="named", pages=True, sections=paged)
    trial = Trial(cast, slug, "office")
    assert trial.send(go="next").status_code == 422
    wrong = trial.send((b"x", "a.txt"), go="next")
    assert wrong.status_code == 422
    assert "“a.txt”不是图片" in wrong.text
    sent = trial.send((picture(), "证明.png"), go="next", q_scan="", **{"q_sign-drawn": drawing()})
    assert sent.status_code == 200
    assert "第 2 部分" in sent.text
    assert 'name="q-scan" value="证明.png"' in sent.text, "the page keeps the name"
    assert 'class="sign__drawn" src="data:image/png' in sent.text
    done = trial.send(q_why="2")
    assert "答了 3 题" in done.text
    assert tables("attachments") == []
