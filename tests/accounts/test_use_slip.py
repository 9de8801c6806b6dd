"""Slips: who may issue them, and a new password by one."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from accounts import passwords, slips
from accounts.models import Membership, Person, SignIn, Slip
from core import clock, journal
from core.db import db
from core.notices import Notice
from core.policy import SYSTEM
from tests.conftest import counted
from tests.people import PASSWORD, Cast, Visitor

NEW = "三月的河开了冰 42"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


def issue(visitor: Visitor, person_id: int, once: str = "") -> TestResponse:
    data = {"once": once} if once else {}
    return visitor.post(f"/admin/people/{person_id}/issue-slip", data)


def slip_for(cast: Cast, username: str, issuer: str = "admin") -> str:
    answer = issue(cast.visitor(issuer), cast.id(username), once=secrets.token_hex())
    assert answer.status_code == 200
    return CODE.findall(answer.text)[0]


def use(cast: Cast, username: str, code: str, new: str = NEW, **changes: Any) -> TestResponse:
    data = {"username": username, "code": code, "new_password": new, "repeat": new, **changes}
    return cast.visitor().post("/recover", data)


def enters(cast: Cast, username: str, password: str) -> bool:
    data = {"username": username, "password": password}
    return cast.visitor().post("/login", data).status_code == 302


def verbs(app: Flask, person_id: int) -> list[str]:
    with app.app_context():
        return [event.verb for event in journal.history("accounts:person", person_id)]


# --- Issuing --------------------------------------------------------------------------------------


def test_slip_is_shown_once_and_kept_as_a_digest(app: Flask, cast: Cast) -> None:
    visitor, person_id = cast.visitor("unit_admin"), cast.id("cadre")
    answer = issue(visitor, person_id)
    [code] = CODE.findall(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert code not in visitor.get(f"/admin/people/{person_id}").text
    with app.app_context():
        slip = db.session.scalars(select(Slip)).one()
        assert slip.issuer_id == cast.id("unit_admin")
        assert slip.ends_at - slip.issued_at == timedelta(days=3)
        kept = " ".join(map(str, vars(slip).values()))
        assert code not in kept
        assert code.replace("-", "") not in kept


def test_digest_is_keyed(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the database alone cannot try codes against it."""
    with app.app_context():
        first = slips.digest(1, "ABCD-EFGH-JKMN")
        assert first == slips.digest(1, "abcd efgh jkmn")
        assert first != slips.digest(2, "ABCD-EFGH-JKMN")
        monkeypatch.setitem(app.config, "SECRET_KEY", "another key of more than 32 characters!")
        assert first != slips.digest(1, "ABCD-EFGH-JKMN")


def test_owner_is_told_and_the_record_kept(app: Flask, cast: Cast) -> None:
    slip_for(cast, "cadre", "unit_admin")
    with app.app_context():
        notice = db.session.scalars(select(Notice)).one()
        assert notice.person_id == cast.id("cadre")
        assert "unit_admin同志" in notice.sentence
    assert verbs(app, cast.id("cadre")) == ["issue_slip"]


def test_newer_slip_ends_the_older(cast: Cast) -> None:
    old, new = slip_for(cast, "cadre"), slip_for(cast, "cadre")
    assert use(cast, "cadre", old).status_code == 422
    assert use(cast, "cadre", new).status_code == 302


def test_second_click_makes_no_second_slip(app: Flask, cast: Cast) -> None:
    visitor, person_id = cast.visitor("admin"), cast.id("cadre")
    [code] = CODE.findall(issue(visitor, person_id, once="same").text)
    assert issue(visitor, person_id, once="same").status_code == 302
    assert use(cast, "cadre", code).status_code == 302


@pytest.mark.parametrize(
    ("actor", "owner", "answer"),
    [
        ("unit_admin", "cadre", 200),
        ("unit_admin", "moderator2", 200),
        ("admin", "minister", 200),
        ("unit_admin", "handler", 403),  # another subtree
        ("unit_admin", "admin", 403),  # above
        ("unit_admin", "unit_admin", 403),  # oneself
        ("admin", "admin", 403),  # oneself
        ("leader", "cadre", 403),  # no administrator
        ("office", "cadre", 403),
    ],
)
def test_who_may_issue(app: Flask, cast: Cast, actor: str, owner: str, answer: int) -> None:
    assert issue(cast.visitor(actor), cast.id(owner)).status_code == answer
    with app.app_context():
        assert bool(db.session.scalars(select(Slip)).all()) == (answer == 200)


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("minister", "county"),  # a role that a unit administrator cannot give
        ("mail_office", "county"),
        ("admin", "region"),
        ("cadre", "department"),  # a harmless role elsewhere
        ("moderator", "region"),
    ],
)
def test_never_over_somebody_with_greater_rights(
    app: Flask, cast: Cast, role: str, unit: str
) -> None:
    """A cadre of the own subtree who bears another role besides."""
    add_role(app, cast, "cadre", role, unit)
    assert issue(cast.visitor("unit_admin"), cast.id("cadre")).status_code == 403


def test_never_over_somebody_whose_greater_right_begins_tomorrow(app: Flask, cast: Cast) -> None:
    add_role(app, cast, "cadre", "minister", "region", begins=1)
    assert issue(cast.visitor("unit_admin"), cast.id("cadre")).status_code == 403


def test_past_rights_do_not_count(app: Flask, cast: Cast) -> None:
    add_role(app, cast, "cadre", "minister", "region", begins=-20, ends=0)
    assert issue(cast.visitor("unit_admin"), cast.id("cadre")).status_code == 200


def test_never_over_an_administrator_who_serves_longer(app: Flask, cast: Cast) -> None:
    add_role(app, cast, "cadre", "unit_admin", "county", ends=101)
    assert issue(cast.visitor("unit_admin"), cast.id("cadre")).status_code == 403


def test_administrator_below_who_does_not_serve_longer(app: Flask, cast: Cast) -> None:
    add_role(app, cast, "cadre", "unit_admin", "county", ends=100)
    assert issue(cast.visitor("unit_admin"), cast.id("cadre")).status_code == 200


def add_role(
    app: Flask, cast: Cast, username: str, role: str, unit: str, begins: int = -1, ends: int = 500
) -> None:
    person_id, unit_id = cast.id(username), cast.unit_id(unit)
    with app.app_context():
        first, end = (clock.today() + timedelta(days=days) for days in (begins, ends))
        db.session.add(
            Membership(
                person_id=person_id, unit_id=unit_id, role=role, valid_from=first, valid_until=end
            )
        )
        db.session.commit()


def test_person_of_another_unit_who_serves_here_too(app: Flask, cast: Cast) -> None:
    """Seconded into the subtree: the administrator sees them, but their account is not his."""
    add_role(app, cast, "handler", "cadre", "county")
    with app.app_context():
        home = update(Membership).where(Membership.role == "handler")
        db.session.execute(home.values(valid_until=clock.today()))
        db.session.commit()
    visitor, person_id = cast.visitor("unit_admin"), cast.id("handler")
    assert visitor.get(f"/admin/people/{person_id}").status_code == 200
    assert issue(visitor, person_id).status_code == 403


# --- Using ----------------------------------------------------------------------------------------


def test_slip_leads_to_a_new_password(app: Flask, cast: Cast) -> None:
    before = cast.visitor("cadre")
    code = slip_for(cast, "cadre")
    visitor = cast.visitor()
    data = {"username": "Cadre", "code": code.lower(), "new_password": NEW, "repeat": NEW}
    assert visitor.post("/recover", data).location == "/me"
    assert visitor.get("/me").status_code == 200
    assert before.get("/me").status_code == 302
    assert enters(cast, "cadre", NEW)
    assert not enters(cast, "cadre", PASSWORD)
    assert verbs(app, cast.id("cadre")) == ["issue_slip", "use_slip"]
    with app.app_context():
        assert db.session.scalars(select(Notice.kind).order_by(Notice.id)).all() == [
            "accounts:slip_issued",
            "accounts:slip_used",
        ]


def test_slip_ends_the_duty_to_change(app: Flask, cast: Cast) -> None:
    code = slip_for(cast, "cadre")
    with app.app_context():
        db.session.execute(update(Person).values(must_change_password=True))
        db.session.commit()
    use(cast, "cadre", code)
    with app.app_context():
        assert not cast.person("cadre").must_change_password


def test_slip_works_once(cast: Cast) -> None:
    code = slip_for(cast, "cadre")
    assert use(cast, "cadre", code).status_code == 302
    assert use(cast, "cadre", code, "another good password").status_code == 422
    assert enters(cast, "cadre", NEW)


def test_of_two_claims_at_once_one_is_redeemed(app: Flask, cast: Cast) -> None:
    code = slip_for(cast, "cadre")
    with app.app_context():
        one, other = slips.Claim.of("cadre", code), slips.Claim.of("cadre", code)
        assert one.is_right
        assert other.is_right
        assert slips.set_password(one, passwords.hashed(NEW))
        assert not slips.set_password(other, passwords.hashed("another good password"))
        db.session.commit()
    assert enters(cast, "cadre", NEW)


def test_slip_lasts_three_days(cast: Cast) -> None:
    code = slip_for(cast, "cadre")
    with clock.travel(clock.now() + timedelta(days=3, minutes=1)):
        assert use(cast, "cadre", code).status_code == 422
    with clock.travel(clock.now() + timedelta(days=2, hours=23)):
        assert use(cast, "cadre", code).status_code == 302


def test_every_refusal_reads_the_same_and_costs_the_same(app: Flask, cast: Cast) -> None:
    cast.id("leader"), cast.id("cadre2"), cast.id("moderator")
    code = slip_for(cast, "cadre")
    disabled, expired = slip_for(cast, "cadre2"), slip_for(cast, "moderator")
    with app.app_context():
        out = update(Person).where(Person.username == "cadre2")
        db.session.execute(out.values(is_active=False))
        over = update(Membership).where(Membership.person_id == cast.id("moderator"))
        db.session.execute(over.values(valid_until=clock.today()))
        db.session.commit()
    tries = [
        ("nobody", code),
        ("leader", code),  # no slip
        ("cadre2", disabled),
        ("moderator", expired),
        ("cadre", "AAAA-AAAA-AAAA"),
        ("cadre", "十二个汉字而已不是代码呀"),
    ]
    seen = set()
    for username, tried in tries:
        visitor = cast.visitor()
        visitor.token()
        data = {"username": username, "code": tried, "new_password": NEW, "repeat": NEW}
        with counted(app) as statements:
            answer = visitor.post("/recover", data)
        page = answer.text.replace(f'value="{username}"', "").replace(f'value="{tried}"', "")
        page = "\n".join(line for line in page.splitlines() if "csrf_token" not in line)
        seen.add((answer.status_code, page, tuple(statements)))
    assert len(seen) == 1
    assert use(cast, "cadre", code).status_code == 302


def test_tries_are_counted(cast: Cast) -> None:
    code = slip_for(cast, "cadre")
    for _ in range(10):
        assert use(cast, "cadre", "AAAA-AAAA-AAAA").status_code == 422
    assert use(cast, "cadre", code).status_code == 429
    for _ in range(10):
        assert use(cast, "nobody", "AAAA-AAAA-AAAA").status_code == 422
    assert use(cast, "nobody", code).status_code == 429


@pytest.mark.parametrize("new", ["short", "cadre12345", "cadre同志", "password2026", ""])
def test_bad_new_password_uses_nothing_up(cast: Cast, new: str) -> None:
    code = slip_for(cast, "cadre")
    assert use(cast, "cadre", code, new).status_code == 422
    assert use(cast, "cadre", code).status_code == 302


def test_own_name_as_password_is_refused_to_the_owner_only(app: Flask, cast: Cast) -> None:
    """Whoever has no code does not learn the person's name from the rule."""
    code = slip_for(cast, "cadre")
    with app.app_context():
        db.session.execute(update(Person).values(name="一个非常非常长的名字"))
        db.session.commit()
    wrong = use(cast, "cadre", "AAAA-AAAA-AAAA", "一个非常非常长的名字")
    right = use(cast, "cadre", code, "一个非常非常长的名字")
    assert (wrong.status_code, right.status_code) == (422, 422)
    assert "姓名" in right.text
    assert "自己的用户名或姓名" not in wrong.text
    assert use(cast, "cadre", code).status_code == 302


def test_disabled_person_has_no_slip_left(app: Flask, cast: Cast) -> None:
    slip_for(cast, "cadre")
    cast.visitor("admin").post(f"/admin/people/{cast.id('cadre')}/disable")
    with app.app_context():
        assert not db.session.scalars(select(Slip)).all()
        assert not db.session.scalars(
            select(SignIn).where(SignIn.person_id == cast.id("cadre"))
        ).all()


def test_first_slip_lasts_longer_and_tells_nobody(app: Flask, cast: Cast) -> None:
    cast.id("cadre")
    with app.app_context():
        db.session.execute(update(Person).values(password_hash=None))
        db.session.commit()
        printed = slips.issue(SYSTEM, cast.person("cadre"))
        db.session.commit()
        assert printed.ends_at - clock.now() > timedelta(days=13)
        assert not db.session.scalars(select(Notice)).all()
    assert not enters(cast, "cadre", "")
    assert use(cast, "cadre", printed.code).status_code == 302
