"""Where mail goes and how often: one's own address, verified first; ended by one click."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask

from core import mail, notices
from core.db import db
from core.i18n import _l
from core.mail import MailAddress
from tests.conftest import counted
from tests.mailing import Mails, address, words, work
from tests.people import Cast, Visitor

notices.kind("mail:page", _l("“%(title)s”已通过审核，现在大家都能看到。"))


def tell(app: Flask, cast: Cast, title: str) -> None:
    with app.app_context():
        notices.tell(cast.id("cadre"), "mail:page", "/forum/chat", title=title)
        db.session.commit()


def known(app: Flask, cast: Cast, name: str = "cadre") -> MailAddress | None:
    with app.app_context():
        return mail.address_of(cast.id(name))


def paces(app: Flask, cast: Cast) -> dict[str, str]:
    with app.app_context():
        return mail.choices_of(cast.id("cadre"))


def link_in(said: str, path: str) -> str:
    found = re.search(rf"https://dajiatan\.example({path}[^\s<>\"]*)", said)
    assert found is not None, said
    return found[1]


def test_an_address_gets_nothing_until_its_owner_says_yes(
    app: Flask, cast: Cast, mails: Mails
) -> None:
    cadre = cast.visitor("cadre")
    assert cadre.post("/me/mail/address", {"address": "me@example.invalid"}).status_code == 302
    tell(app, cast, "太早的")
    work(app)
    (asking,) = mails.take()
    assert asking["To"] == "me@example.invalid"
    assert asking["List-Unsubscribe"] is None
    assert "太早的" not in words(asking)
    link = link_in(words(asking), "/me/mail/verify/")
    assert cast.visitor().get(link).location.startswith("/login")
    assert "现在不管用" in cast.visitor("cadre2").get(link).text
    assert cast.visitor("cadre2").post(link).status_code == 404
    assert "确认这个地址" in cadre.get(link).text
    assert (row := known(app, cast)) is not None
    assert row.verified_at is None  # programs that open every link of a mail verify nothing
    assert cadre.post(link).status_code == 302
    tell(app, cast, "现在的")
    work(app)
    (sent,) = mails.take()
    assert "现在的" in words(sent)
    assert "太早的" not in words(sent)
    assert cadre.post("/me/mail/address", {"address": "new@example.invalid"}).status_code == 302
    work(app)
    assert [one["To"] for one in mails.take()] == ["new@example.invalid"]
    assert cadre.post(link).status_code == 404  # the older link is of the older address
    assert cadre.post("/me/mail/address/forget").status_code == 302
    assert known(app, cast) is None


@pytest.mark.parametrize(
    "given",
    ["", "nobody", "a@b", "a@b.cn\r\nBcc: c@d.cn", "a b@c.cn", "<a@b.cn>", "x" * 300 + "@b.cn"],
)
def test_what_is_no_address_is_refused_beside_the_field(app: Flask, cast: Cast, given: str) -> None:
    answer = cast.visitor("cadre").post("/me/mail/address", {"address": given})
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert known(app, cast) is None


def test_nobody_fills_somebody_else_s_mailbox(app: Flask, cast: Cast, mails: Mails) -> None:
    def ask(name: str, to: str) -> int:
        return cast.visitor(name).post("/me/mail/address", {"address": to}).status_code

    victim = "victim@example.invalid"
    assert [ask(name, victim) for name in ("cadre", "cadre2", "delegate")] == [302] * 3
    assert ask("expert", victim.upper()) == 429
    assert [ask("cadre", f"{n}@example.invalid") for n in range(5)] == [302] * 4 + [429]


def test_the_page_asks_little_and_keeps_what_was_chosen(
    app: Flask, cast: Cast, mails: Mails
) -> None:
    cadre = cast.visitor("cadre")
    address(app, cast, "cadre")
    with counted(app) as seen:
        page = cadre.get("/me/mail").text
    assert len(seen) <= 4, seen
    assert page.count(" checked>") == len(notices.SORTS)
    cadre.post("/me/mail/choices", {"pace-follow": "weekly", "pace-mention": "never"})
    assert paces(app, cast) == {**mail.DEFAULTS, "follow": "weekly", "mention": "never"}
    assert cadre.post("/me/mail/choices", {"pace-follow": "hourly"}).status_code == 422
    assert paces(app, cast)["follow"] == "weekly"
    cast.visitor("admin").post("/me/mail/choices", {"pace-follow": "instant"})
    assert paces(app, cast)["follow"] == "weekly"  # each sets the own


@pytest.fixture
def link(app: Flask, cast: Cast, mails: Mails) -> str:
    """The one-click address of a mail about what was decided."""
    address(app, cast, "cadre")
    tell(app, cast, "一")
    work(app)
    (sent,) = mails.take()
    return urlsplit(sent["List-Unsubscribe"].strip("<>")).path


def test_one_click_ends_a_sort_of_mail_without_a_cookie(
    app: Flask, cast: Cast, mails: Mails, link: str
) -> None:
    nobody = app.test_client()
    assert "不再寄</button>" in nobody.get(link).text
    assert paces(app, cast) == mail.DEFAULTS  # looking ends nothing
    answer = nobody.post(
        link,
        data={"List-Unsubscribe": "One-Click"},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"},
    )
    assert answer.status_code == 200
    assert paces(app, cast) == {**mail.DEFAULTS, "decision": "never"}
    tell(app, cast, "二")
    work(app)
    assert mails.all() == []
    again = f"/mail/resume/{link.rpartition('/')[2]}"
    assert "还是照旧" in nobody.post(link).text
    for pace, then in (("daily", "daily"), ("never", "instant"), ("x", "instant")):
        assert "照旧寄给你" in nobody.post(again, data={"decision": pace}).text
        assert paces(app, cast)["decision"] == then


def test_a_token_is_of_one_person_one_address_and_its_sorts(
    app: Flask, cast: Cast, link: str
) -> None:
    cast.id("cadre2")
    nobody, person_id = Visitor(app.test_client()), cast.id("cadre")
    address(app, cast, "cadre2")
    head, _dot, seal = link.rpartition(".")
    for forged in (
        head.replace("decision", "decision-task") + f".{seal}",
        head.replace(f"/{person_id}.", f"/{cast.id('cadre2')}.") + f".{seal}",
        f"{head}.{'0' * 64}",
        f"{head}.é",
        "/mail/unsubscribe/99999999999999999999.decision.0",
    ):
        assert nobody.client.post(forged).status_code == 404, forged
    assert paces(app, cast) == mail.DEFAULTS
    with app.app_context():
        row = mail.address_of(person_id)
        assert row is not None
        row.address = "new@example.invalid"
        db.session.commit()
    assert nobody.client.post(link).status_code == 404
