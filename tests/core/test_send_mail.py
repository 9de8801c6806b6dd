"""The outbox: each mail once, whatever the server does, and nothing that may not be read any more."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.models import Person
from core import clock, jobs, mail, notices, smtp
from core.db import db
from core.i18n import _l
from core.mail import Mail
from core.notices import Notice
from core.settings import BadSetting, complete, read
from tests.conftest import counted
from tests.mailing import Mails, address, words, work
from tests.people import Cast
from tests.smtp_server import DRIP, DRIPS, SLOW, mail_server

notices.kind("mail:test", _l("“%(title)s”已通过审核，现在大家都能看到。"))
notices.kind("mail:followed", _l("“%(title)s”有了新回帖。"), sort="follow")


def tell(
    app: Flask, cast: Cast, *titles: str, name: str = "cadre", kind: str = "mail:test"
) -> None:
    with app.app_context():
        for title in titles:
            notices.tell(cast.id(name), kind, "/forum/chat", title=title)
        db.session.commit()


def outbox(app: Flask) -> Mail:
    with app.app_context():
        row = db.session.scalars(select(Mail)).one()
        db.session.expunge(row)
        return row


def name_of(app: Flask) -> str:
    with app.app_context():
        return outbox(app).name


@pytest.fixture
def served(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let mail go to a server."""
    monkeypatch.setattr(smtp, "TIMEOUT", 0.5)
    address(app, cast, "cadre")

    def to(url: str) -> None:
        monkeypatch.setitem(app.config, "MAIL_URL", url)

    return to


def test_what_came_in_some_minutes_goes_as_one_mail(app: Flask, cast: Cast, mails: Mails) -> None:
    address(app, cast, "cadre")
    tell(app, cast, "一", "二")
    tell(app, cast, "别人的", name="cadre2")  # who has no address
    with app.app_context():
        mail.gather_news()
        assert db.session.scalar(select(func.count()).select_from(Mail)) == 0  # not at once
    with app.app_context(), clock.travel(clock.now() + timedelta(minutes=2)):
        tell(app, cast, "三")
    work(app)
    work(app)
    (sent,) = mails.all()
    said = words(sent)
    assert [title in said for title in ("“一”", "“二”", "“三”", "别人的")] == [True] * 3 + [False]
    assert sent["To"] == "cadre@example.invalid"
    assert sent["Subject"] == "3 条新消息"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Id"] == "<notices.dajiatan.example>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (raw,) = (path.read_bytes() for path in mails.folder.glob("*.eml"))
    assert re.search(rb"^List-Unsubscribe: <https://[!-;=?-~]+>\r$", raw, re.MULTILINE)
    assert sent["Date"] is not None
    assert {part.get_content_type() for part in sent.walk() if not part.is_multipart()} == {
        "text/plain",
        "text/html",
    }
    assert not any(mark in said for mark in ("<img", "src=", "url(", "<style", "<script"))


def test_it_speaks_the_reader_s_language_and_no_header_breaks(
    app: Flask, cast: Cast, mails: Mails
) -> None:
    address(app, cast, "cadre")
    with app.app_context():
        db.session.get_one(Person, cast.id("cadre")).language = "en"
        db.session.commit()
    tell(app, cast, "好\r\nBcc: all@example.invalid\u2028\x00<b>\u202e")
    work(app)
    (sent,) = mails.all()
    assert sent["Bcc"] is None
    assert "was approved" in sent["Subject"]
    assert "Bcc: all@example.invalid <b>" in sent["Subject"]
    assert '<html lang="en">' in words(sent)
    assert "&lt;b&gt;" in words(sent)
    assert "\u202e" not in words(sent)


def test_digests_come_at_their_hour_and_never_empty(app: Flask, cast: Cast, mails: Mails) -> None:
    address(app, cast, "cadre", "cadre2")
    with app.app_context():
        monday = clock.start_of(clock.today() + timedelta(days=14 - clock.today().weekday()))
        start = monday - timedelta(days=3)  # a Friday, midnight
        mail.choose(cast.id("cadre"), {"follow": "daily", "decision": "weekly"})
        db.session.commit()
    with clock.travel(start):
        tell(app, cast, "每天的", kind="mail:followed")
        tell(app, cast, "每周的")
    work(app, start + timedelta(hours=7, minutes=59))
    assert mails.all() == []
    work(app, start + timedelta(hours=8, minutes=1))
    (daily,) = mails.take()
    assert daily["Subject"] == "每天汇总：1 条消息"
    assert "每天的" in words(daily)
    work(app, start + timedelta(days=1, hours=9))
    assert mails.all() == []  # nothing new, nothing sent
    work(app, monday + timedelta(hours=7))
    assert mails.all() == []
    work(app, monday + timedelta(hours=8, minutes=1))
    (weekly,) = mails.all()
    assert weekly["Subject"] == "每周汇总：1 条消息"
    assert "每周的" in words(weekly)


@pytest.mark.parametrize(
    "change", ["read", "never", "forgotten", "ended", "unverified", "taken back"]
)
def test_what_is_not_wanted_or_known_any_more_is_not_sent(
    app: Flask, cast: Cast, mails: Mails, change: str
) -> None:
    address(app, cast, "cadre")
    tell(app, cast, "一")
    later = clock.now() + timedelta(minutes=4)
    with app.app_context(), clock.travel(later):
        mail.gather_news()  # it lies in the outbox already
        db.session.commit()
        person = cast.person("cadre")
        if change == "read":
            notices.mark_read(person)
        elif change == "never":
            mail.choose(person.id, {"decision": "never"})
        elif change == "forgotten":
            mail.forget_address(person)
        elif change == "ended":
            person.is_active = False
        elif change == "unverified":
            known = mail.address_of(person.id)
            assert known is not None
            known.verified_at = None
        else:
            assert notices.take_back(person.id, "mail:test", "/forum/chat")
        db.session.commit()
    work(app, later + timedelta(minutes=1))
    assert mails.all() == []
    row = outbox(app)
    assert row.dropped_at is not None
    assert row.sent_at is None


def test_what_waited_before_a_choice_is_not_told_by_it(
    app: Flask, cast: Cast, mails: Mails
) -> None:
    tell(app, cast, "早先的")
    with app.app_context(), clock.travel(clock.now() + timedelta(minutes=1)):
        address(app, cast, "cadre")
        mail.choose(cast.id("cadre"), {"follow": "never"})
        db.session.commit()
        tell(app, cast, "不要的", kind="mail:followed")
        mail.choose(cast.id("cadre"), {"follow": "instant"})
        db.session.commit()
    work(app, clock.now() + timedelta(minutes=9))
    assert mails.all() == []


def test_what_was_read_in_time_is_not_even_gathered(app: Flask, cast: Cast, mails: Mails) -> None:
    address(app, cast, "cadre")
    tell(app, cast, "一")
    with app.app_context():
        notices.mark_read(cast.person("cadre"))
        db.session.commit()
    work(app)
    with app.app_context():
        assert db.session.scalars(select(Mail)).all() == []


def test_gathering_asks_the_same_for_many(app: Flask, cast: Cast, mails: Mails) -> None:
    def cost(*names: str) -> int:
        for name in names:
            tell(app, cast, *"一二三", name=name)
        with (
            app.app_context(),
            clock.travel(clock.now() + timedelta(minutes=4)),
            counted(app) as seen,
        ):
            mail.gather_news()
            db.session.commit()
        return len([one for one in seen if one.startswith("SELECT")])

    address(app, cast, "cadre", "cadre2", "delegate", "expert")
    assert cost("cadre") == cost("cadre", "cadre2", "delegate", "expert") <= 4


def test_a_server_that_refuses_for_now_gets_it_later_under_the_same_name(
    app: Flask, cast: Cast, served: Any
) -> None:
    with mail_server(451) as server:
        served(server.url)
        tell(app, cast, "一")
        work(app)
        assert server.taken == []
        assert outbox(app).attempt_count == 1
        work(app, clock.now() + timedelta(minutes=11))
        work(app, clock.now() + timedelta(minutes=30))
    (taken,) = server.taken
    assert "“一”" in words(taken)
    assert taken["Message-ID"].startswith(f"<{name_of(app)}@")
    assert outbox(app).sent_at is not None


def test_a_refusal_for_good_is_not_tried_again(app: Flask, cast: Cast, served: Any) -> None:
    with mail_server(550) as server:
        served(server.url)
        tell(app, cast, "一")
        work(app)
        work(app, clock.now() + timedelta(days=3))
        assert server.connections == 1
    assert outbox(app).failed_at is not None


def test_a_slow_server_is_given_up_and_left_in_peace_by_all(
    app: Flask, cast: Cast, served: Any
) -> None:
    address(app, cast, "cadre2", "delegate")
    with mail_server(SLOW) as server:
        served(server.url)
        for name in ("cadre", "cadre2", "delegate"):
            tell(app, cast, "一", name=name)
        work(app)
        time.sleep(DRIPS * DRIP)
        assert server.taken == []  # nor did anything go after it was given up
        assert server.connections == 1
        work(app, clock.now() + timedelta(minutes=11))
        assert len(server.taken) == 3


def test_ended_between_the_server_s_yes_and_ours_it_goes_again_by_the_same_name(
    app: Flask, cast: Cast, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_args: object, **_moment: object) -> None:
        raise KeyboardInterrupt

    with mail_server() as server:
        served(server.url)
        tell(app, cast, "一")
        with monkeypatch.context() as patch:
            patch.setattr(mail, "_end", ended)
            with pytest.raises(KeyboardInterrupt):
                work(app)
        work(app, clock.now() + jobs.LEASE + timedelta(minutes=6))
    assert len({one["Message-ID"] for one in server.taken}) == 1
    assert len(server.taken) == 2
    assert outbox(app).sent_at is not None


def test_no_transaction_is_open_while_a_server_is_spoken_to(
    app: Flask, cast: Cast, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ones = []
    monkeypatch.setattr(
        smtp, "deliver", lambda *_mail: open_ones.append(db.session().in_transaction())
    )
    served("smtp://127.0.0.1:1?tls=none")
    tell(app, cast, "一")
    work(app)
    assert open_ones == [False]


def test_mail_that_waits_lets_other_work_go_first(context: Flask) -> None:
    jobs.enqueue("core.send_mail", due_at=clock.now() - timedelta(hours=1), mail=10_000)
    jobs.enqueue("core.tidy_mail")
    db.session.commit()
    jobs.run_one()
    done = select(jobs.Job.name).where(jobs.Job.done_at.is_not(None))
    assert list(db.session.scalars(done)) == ["core.tidy_mail"]


def test_what_was_sent_is_forgotten_after_a_month(app: Flask, cast: Cast, mails: Mails) -> None:
    address(app, cast, "cadre")
    tell(app, cast, "一")
    work(app)
    with app.app_context():
        mail.ask(cast.person("cadre2"), "late@example.invalid")
        db.session.commit()
        with clock.travel(clock.now() + mail.KEEP + timedelta(days=1)):
            mail.tidy()
            db.session.commit()
        addresses = db.session.scalars(select(mail.MailAddress.address)).all()
        assert addresses == ["cadre@example.invalid"]  # the other was never verified
        left = db.session.scalars(select(Mail.purpose)).all()
        assert left == [mail.VERIFY]  # which waits
        assert db.session.scalar(select(func.count()).select_from(Notice)) == 1


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("smtp://u:p%40ss@mail.example:2525?tls=none", ("mail.example", 2525, "u", "p@ss", "none")),
        ("smtp://mail.example", ("mail.example", 587, "", "", "starttls")),
        ("smtps://mail.example", ("mail.example", 465, "", "", "tls")),
    ],
)
def test_the_server_s_address_is_read(url: str, what: tuple[Any, ...]) -> None:
    assert smtp.Server.read(url) == smtp.Server(*what)


@pytest.mark.parametrize(
    "setting",
    [
        {"MAIL_URL": "mail.example"},
        {"MAIL_URL": "smtp://mail.example?tls=maybe"},
        {"MAIL_URL": "smtp://mail.example:x"},
        {"MAIL_FROM": "nobody\nBcc: all"},
        {"MAIL_HOUR": "24"},
        {"SITE_URL": "javascript:alert(1)"},
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(setting: dict[str, str]) -> None:
    with pytest.raises(BadSetting):
        read(setting)


def test_mail_needs_a_sender_and_the_demo_writes_files(tmp_path: Any) -> None:
    config = read({"MAIL_URL": "smtp://mail.example", "SECRET_KEY": "k" * 40})
    with pytest.raises(BadSetting):
        complete({**config, "DATA_DIR": str(tmp_path)}, tmp_path)
    config = {**read({}), "DATA_DIR": str(tmp_path)}
    complete(config, tmp_path)
    assert config["MAIL_URL"] == smtp.FILES
    config = {**read({"SECRET_KEY": "k" * 40}), "DATA_DIR": str(tmp_path)}
    complete(config, tmp_path)
    assert config["MAIL_URL"] == ""
