"""Codes by mail: one to each address, and afterwards nobody knows which went where."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock, jobs, sheets, smtp
from core.db import db
from core.jobs import Job
from surveys import code_mail, entry_codes, recipients
from surveys.models import Survey
from tests.people import Cast, Visitor
from tests.surveys.conftest import Desk

Tables = Callable[..., list[Any]]
MAILS, ASKING = "/surveys/work/mails", "/surveys/work/asking"
CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
SOME = [f"person{number}@example.org" for number in range(12)]
MANY = [f"many{number}@example.org" for number in range(90)]


@pytest.fixture(autouse=True)
def post_office(app: Flask) -> Iterator[None]:
    """A site that sends mail: into files."""
    kept = {name: app.config[name] for name in ("MAIL_URL", "MAIL_FROM", "SITE_URL")}
    app.config.update(MAIL_URL="file:", MAIL_FROM="site@example.org", SITE_URL="https://site.test")
    for old in Path(app.config["DATA_DIR"], "mail").glob("*"):
        old.unlink()
    yield
    app.config.update(kept)


@pytest.fixture
def office(desk: Desk, cast: Cast) -> Visitor:
    desk.make(entry="codes")
    return cast.visitor("office")


def work(app: Flask, hours: int = 0) -> None:
    """Do what is due, and what falls due in some hours."""
    with app.app_context():
        while True:
            later = clock.now() - timedelta(hours=hours) if hours else clock.now()
            if hours:
                for one in db.session.scalars(select(Job).where(Job.done_at.is_(None))):
                    one.due_at = later
                db.session.commit()
            if not jobs.run_one():
                return


def mailed(app: Flask) -> dict[str, str]:
    """The codes that went out, by address."""
    found = {}
    for path in Path(app.config["DATA_DIR"], "mail").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        codes = set(CODE.findall(body.get_content()))
        assert len(codes) == 1
        found[str(mail["To"])] = codes.pop()
    return found


def post(visitor: Visitor, *addresses: str, **more: Any) -> Any:
    data = {"addresses": "\n".join(addresses), "once": "k", "do": "send", **more}
    return visitor.post(MAILS, data)


def test_each_address_gets_one_code_of_its_own(office: Visitor, app: Flask, desk: Desk) -> None:
    assert post(office, *SOME, name="第三组").status_code == 303
    page = office.get(ASKING).text
    assert "12 封信" in page
    assert "还有 12 封在路上" in page
    work(app, hours=1)
    codes = mailed(app)
    assert sorted(codes) == sorted(SOME)
    assert len(set(codes.values())) == len(SOME)
    page = office.get(ASKING).text
    assert "已寄出 12 封" in page
    assert "在路上" not in page
    visitor = desk.cast.visitor()
    let_in = visitor.post("/surveys/work/enter", {"code": codes[SOME[3]]})
    assert let_in.status_code == 303
    assert desk.fill(visitor).status_code == 303


def test_mail_says_what_it_is_in_both_languages(office: Visitor, app: Flask) -> None:
    post(office, SOME[0])
    work(app)
    (path,) = Path(app.config["DATA_DIR"], "mail").glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "请你填问卷《工作作风》" in mail["Subject"]
    assert "https://site.test/surveys/work/enter#" in body
    assert "哪个码寄给了谁" in body
    assert "which code went to whom" in body


def test_nothing_ties_an_address_to_a_code_once_the_mail_went(office: Visitor, app: Flask) -> None:
    """Every table, the files of the database, the jobs: neither the pair nor either of its parts."""
    post(office, *MANY)
    with app.app_context():
        waiting = len(db.session.scalars(select(code_mail.CodeMail)).all())
    assert waiting == len(MANY)
    work(app, hours=1)
    codes = mailed(app)
    with app.app_context():
        said = [
            str(row)
            for table in db.metadata.tables.values()
            for row in db.session.execute(select(table))
        ]
        db.session.rollback()
        if db.engine.dialect.name == "sqlite":
            path = Path(str(db.engine.url.database))
            files = [path, path.with_name(f"{path.name}-wal")]
            said += [one.read_bytes().decode("latin-1") for one in files if one.exists()]
        survey = db.session.scalars(select(Survey.id)).one()
        known = set(db.session.scalars(select(entry_codes.EntryCode.digest)))
        assert known == {entry_codes.digest(survey, code) for code in codes.values()}
    everything = "\n".join(said)
    for address, code in codes.items():
        for part in (address, address.encode().hex(), code, code.replace("-", "")):
            assert part not in everything
    assert "gAAAA" not in everything, "no envelope is left either"


def test_pair_lies_enclosed_while_it_waits(office: Visitor, tables: Tables) -> None:
    post(office, *SOME)
    said = str(tables("survey_code_mails")) + str(tables("jobs"))
    assert "example.org" not in said
    assert not CODE.search(said)


def test_codes_lie_in_no_order_of_the_list(office: Visitor, app: Flask, tables: Tables) -> None:
    post(office, *SOME)
    work(app, hours=1)
    codes = mailed(app)
    with app.app_context():
        survey = db.session.scalars(select(Survey.id)).one()
        listed = [entry_codes.digest(survey, codes[one]) for one in SOME]
    assert [row["digest"] for row in tables("survey_codes")] != listed


# --- The job -------------------------------------------------------------------------------


def test_runs_are_short_and_apart(office: Visitor, app: Flask) -> None:
    post(office, *SOME)
    work(app)
    assert len(mailed(app)) == code_mail.RUN
    with app.app_context():
        asked = select(Job).where(Job.name == "surveys.mail_codes", Job.done_at.is_(None))
        following = db.session.scalars(asked).one()
        assert following.due_at > clock.now()
        assert set(following.args) == {"survey", "batch"}
    work(app, hours=1)
    assert len(mailed(app)) == len(SOME)


def test_mail_sent_twice_bears_the_same_code(
    office: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that ends between the server's yes and ours."""
    went: list[tuple[str, str]] = []

    def deliver(message: Any, name: str) -> None:
        went.append((name, CODE.findall(message.get_body(("plain",)).get_content())[0]))
        if len(went) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(smtp, "deliver", deliver)
    post(office, SOME[0])
    with app.app_context():
        with pytest.raises(KeyboardInterrupt):
            jobs.run_one()
        db.session.rollback()
        for one in db.session.scalars(select(Job).where(Job.done_at.is_(None))):
            one.leased_until = None
        db.session.commit()
    work(app)
    assert len(went) == 2
    assert went[0] == went[1]


def test_server_that_does_not_answer_is_asked_later(
    office: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def deliver(_message: Any, name: str) -> None:
        tries.append(name)
        raise smtp.Undelivered("no answer", is_server=True)

    monkeypatch.setattr(smtp, "deliver", deliver)
    post(office, *SOME)
    work(app)
    assert len(tries) == 1, "the others need not try"
    monkeypatch.undo()
    work(app, hours=1)
    assert len(mailed(app)) == len(SOME)


def test_refused_address_is_told_and_its_code_ends(
    office: Visitor, app: Flask, desk: Desk, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = smtp.deliver

    def deliver(message: Any, name: str) -> None:
        if message["To"] == SOME[1]:
            raise smtp.Undelivered("refused [550]", is_final=True)
        real(message, name)

    monkeypatch.setattr(smtp, "deliver", deliver)
    post(office, *SOME[:3])
    work(app, hours=1)
    page = office.get(ASKING).text
    assert "已寄出 2 封，1 封退回" in page
    assert f"<li>{SOME[1]}</li>" in page
    assert len(tables("survey_codes")) == 2
    (row,) = tables("survey_code_mails")
    with app.app_context():
        kept = code_mail.CodeMail(enclosed=row["enclosed"]).said
    assert kept == {"address": SOME[1]}
    desk.move("work", "close")
    assert tables("survey_code_mails") == []


def test_what_is_put_off_too_often_is_given_up(
    office: Visitor, app: Flask, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deliver(_message: Any, _name: str) -> None:
        raise smtp.Undelivered("refused [450]")

    monkeypatch.setattr(smtp, "deliver", deliver)
    post(office, SOME[0])
    work(app, hours=1)
    assert [row["attempt_count"] for row in tables("survey_code_mails")] == [5]
    assert "1 封退回" in office.get(ASKING).text


def test_closed_survey_sends_no_more(
    office: Visitor, app: Flask, desk: Desk, tables: Tables
) -> None:
    post(office, *SOME)
    desk.move("work", "close")
    work(app, hours=1)
    assert mailed(app) == {}
    assert tables("survey_code_mails") == []


# --- The list ------------------------------------------------------------------------------


def test_looking_sends_nothing(office: Visitor, tables: Tables) -> None:
    page = post(office, *SOME, do="look")
    assert page.status_code == 200
    assert "12 个地址，没有错处" in page.text
    assert "寄出 12 封" in page.text
    assert tables("survey_codes") == tables("survey_code_mails") == []


@pytest.mark.parametrize(
    ("typed", "row", "column", "sentence"),
    [
        ("a@b.cn\nnobody\n", 2, "A", "“nobody”不是邮件地址"),
        ("姓名,邮箱\n甲,a@b.cn\n乙,\n", 3, "B", "这一格没有地址"),
        ("a@b.cn\nc@d.cn\nA@B.CN\n", 3, "A", "和第 1 行是同一个地址"),
        ("甲\ta@b.cn\n乙\tb@@b.cn", 2, "B", "“b@@b.cn”不是邮件地址"),
        ("a@b.cn\r\nBcc: all@example.org", 2, "A", "不是邮件地址"),
    ],
)
def test_fault_is_named_by_row_and_column(
    office: Visitor, tables: Tables, typed: str, row: int, column: str, sentence: str
) -> None:
    page = post(office, typed)
    assert page.status_code == 422
    assert f'<td class="is-number">{row}</td><td>{column}</td><td>' in page.text
    assert sentence in page.text
    assert typed.splitlines()[0] in page.text, "what was typed stays"
    assert tables("survey_code_mails") == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "里面没有地址"),
        (" \n \n", "里面没有地址"),
        ("邮箱\n", "表头下面没有地址"),
        ("x" * 1_000_001, "太长了"),
        ("\n".join(f"p{n}@b.cn" for n in range(10_001)), "一次最多寄给 10000 个地址"),
    ],
)
def test_list_that_is_none(office: Visitor, typed: str, sentence: str) -> None:
    page = post(office, typed)
    assert page.status_code == 422
    assert sentence in page.text


def test_ten_thousand_addresses(office: Visitor, tables: Tables) -> None:
    many = [f"p{number}@example.org" for number in range(10_000)]
    assert post(office, *many).status_code == 303
    assert len(tables("survey_code_mails")) == len(tables("survey_codes")) == 10_000
    assert len([one for one in tables("jobs") if one["name"] == "surveys.mail_codes"]) == 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_table_is_read(office: Visitor, app: Flask, ending: str) -> None:
    rows = [("姓名", "Email"), ("甲", "a@b.cn"), ("乙", "＜c@d.cn＞")]
    data = sheets.to_csv(rows) if ending == "csv" else sheets.workbook({"人": rows})
    looked = post(office, "", do="look", file=(io.BytesIO(data), f"list.{ending}"))
    assert looked.status_code == 200
    assert "a@b.cn\nc@d.cn</textarea>" in looked.text


def test_same_form_twice_mails_once(office: Visitor, tables: Tables) -> None:
    for _ in range(2):
        assert post(office, *SOME).status_code == 303
    assert len(tables("survey_code_batches")) == 1
    assert len(tables("survey_codes")) == len(SOME)


@pytest.mark.parametrize(
    "changes", [{"state": "draft"}, {"state": "paused"}, {"state": "closed"}, {"entry": "link"}]
)
def test_not_now(desk: Desk, cast: Cast, tables: Tables, changes: dict[str, Any]) -> None:
    desk.make(**{"entry": "codes", **changes})
    assert post(cast.visitor("office"), *SOME).status_code == 409
    assert tables("survey_code_mails") == []


def test_site_without_mail_offers_none(office: Visitor, app: Flask) -> None:
    app.config["MAIL_URL"] = ""
    assert post(office, *SOME).status_code == 409
    page = office.get(ASKING).text
    assert "站点也要能寄信" in page
    assert MAILS not in page


def test_others_may_not(office: Visitor, cast: Cast) -> None:
    for name in ("cadre", "unit_admin", "admin"):
        assert post(cast.visitor(name), *SOME).status_code == 403


def test_json_of_an_envelope_is_never_logged(
    office: Visitor, app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deliver(message: Any, _name: str) -> None:
        raise smtp.Undelivered("refused [550]", is_final=True)

    monkeypatch.setattr(smtp, "deliver", deliver)
    with caplog.at_level("DEBUG"):
        post(office, *SOME)
        work(app, hours=1)
    said = json.dumps([one.getMessage() for one in caplog.records if one.name.startswith("dajia")])
    assert "example.org" not in said
    assert not CODE.search(said)
    assert "refused" in said


def test_recipients_are_read_as_typed(app: Flask) -> None:
    with app.test_request_context():
        upload = recipients.Upload("x.csv", "text", "ａ@b.cn; \nc@d.cn,\n".encode())
        assert recipients.read(upload).addresses == ["a@b.cn", "c@d.cn"]
