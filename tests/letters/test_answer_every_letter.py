"""The main loop through real pages: write, accept, assign, claim, draft, sign, read, rate."""

from __future__ import annotations

import re

from flask import Flask

from tests.letters.conftest import POINTS, Post
from tests.people import Cast, Visitor

CODE = re.compile(r"(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}")


def form_key(visitor: Visitor) -> str:
    page = visitor.get("/letters/new").text
    found = re.search(r'name="once" type="hidden" value="([^"]+)"', page)
    assert found is not None, page
    return found.group(1)


def written(**more: str) -> dict[str, str]:
    return {
        "title": "培训名额能不能公开",
        "body": "经过是这样的。",
        "points": "\n".join(POINTS),
        **more,
    }


def test_a_letter_is_written_answered_and_rated(app: Flask, cast: Cast, post: Post) -> None:
    cadre, office = cast.visitor("cadre"), cast.visitor("mail_office")
    handler, signer = cast.visitor("handler"), cast.visitor("signer")

    answer = cadre.post("/letters/new", written(once=form_key(cadre)))
    assert answer.status_code == 302
    receipt = cadre.get(answer.location)
    assert "部长信箱来信回执" in receipt.text
    letter_id = int(re.search(r"/letters/(\d+)/receipt", answer.location).group(1))  # type: ignore[union-attr]
    page, desk = f"/letters/{letter_id}", f"/letters/desk/{letter_id}"

    assert "培训名额能不能公开" in office.get("/letters/desk").text
    assert office.post(f"{desk}/screen").status_code == 302
    assert office.post(f"{desk}/accept", {"letter_kind": "ordinary"}).status_code == 302
    assert "正在办理" in cadre.get(page).text
    assert handler.get(desk).status_code == 404
    unit = str(cast.unit_id("department"))
    assert office.post(f"{desk}/assign", {"unit": unit}).status_code == 302

    assert "培训名额能不能公开" in handler.get("/letters/desk").text
    assert handler.post(f"{desk}/claim").status_code == 302
    assert POINTS[0] in handler.get(f"{desk}/draft").text
    draft = {"version": "0", "body": "同志：", "answer-1": "可以公开。", "outcome-1": "answered"}
    lacking = handler.post(f"{desk}/present", draft)
    assert lacking.status_code == 422
    assert "这一项还没有答复" in lacking.text
    assert "可以公开。" in lacking.text
    draft |= {"version": "1", "answer-2": "经费不够，明年再答。", "outcome-2": "deferred"}
    assert handler.post(f"{desk}/present", draft).status_code == 302
    assert "可以公开。" not in cadre.get(page).text

    assert "可以公开。" in signer.get(desk).text
    assert signer.post(f"{desk}/sign", {"version": "2"}).status_code == 302
    read = cadre.get(page).text
    assert "可以公开。" in read
    assert "经费不够，明年再答。" in read

    marks = {"resolved": "5", "attitude": "4", "speed": "3", "comment": "谢谢"}
    assert cadre.post(f"{page}/rate", marks).status_code == 302
    assert post.state(letter_id) == "rated"
    assert "谢谢" in signer.get(desk).text


def test_a_letter_without_an_account_works_by_its_code(app: Flask, cast: Cast, post: Post) -> None:
    stranger, office = cast.visitor(), cast.visitor("mail_office")
    receipt = stranger.post("/letters/new", written(once=form_key(stranger)))
    assert receipt.status_code == 200
    code = CODE.search(receipt.text).group()  # type: ignore[union-attr]
    letter_id = int(re.search(r'href="/letters/(\d+)"', receipt.text).group(1))  # type: ignore[union-attr]

    office.post(f"/letters/desk/{letter_id}/screen")
    office.post(f"/letters/desk/{letter_id}/ask", {"body": "是哪一年？"})

    elsewhere = cast.visitor()
    assert elsewhere.get(f"/letters/{letter_id}").status_code == 302
    found = elsewhere.post("/letters/track", {"code": f" {code.lower().replace('-', ' ')} "})
    assert found.location == f"/letters/{letter_id}"
    assert "是哪一年？" in elsewhere.get(found.location).text
    assert elsewhere.post(f"/letters/{letter_id}/answer", {"body": "前年。"}).status_code == 302
    assert post.state(letter_id) == "screening"
    assert "前年。" in office.get(f"/letters/desk/{letter_id}").text

    elsewhere.post("/letters/leave")
    assert elsewhere.get(f"/letters/{letter_id}").status_code == 302
