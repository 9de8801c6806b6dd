"""Signing in and out: a random token in the cookie, its digest in the database.

The signed-in person comes in one statement a request, with unit, memberships and the count of
unread notices that stands in every page's header.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Flask, current_app, redirect, request, session, url_for
from flask_login import AnonymousUserMixin, LoginManager, current_user
from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.orm import joinedload, with_expression

from core import clock, feed_tokens, keys, notices
from core.db import db
from core.gate import is_by_address
from core.jobs import job

from .models import Membership, PeopleImport, Person, SignIn, Slip

login = LoginManager()
login.session_protection = None  # it would keep a digest of the reader's address
PERSON_OPTIONS = (
    joinedload(Person.unit),
    joinedload(Person.memberships).joinedload(Membership.unit),
)
KEEP_IMPORTS = timedelta(days=7)
TOKEN = "_user_id"  # where flask-login looks
# All that somebody reaches whose password must be changed first.
BEFORE_CHANGE = frozenset({"static", "accounts.change_password", "accounts.sign_out"})


class Stranger(AnonymousUserMixin):
    """Somebody not signed in."""

    id = None
    name = ""
    username = ""
    unit = None

    def holds(self, role: str, within: object = None) -> bool:
        return False


login.anonymous_user = Stranger


def digest(token: str) -> str:
    """What the database keeps of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(person_id: int) -> None:
    """Sign in with a session of its own: whatever the cookie held before is gone.

    Commits nothing; the caller does, and then sends the browser to another page.
    """
    end()
    token = keys.token()
    now = clock.now()
    hours = current_app.config["SIGN_IN_HOURS"]
    db.session.add(
        SignIn(
            digest=digest(token),
            person_id=person_id,
            began_at=now,
            ends_at=now + timedelta(hours=hours),
        )
    )
    # flask-login's own login_user would add a digest of the reader's address to the cookie.
    session.permanent = True
    session[TOKEN] = token


def end() -> None:
    """Sign out here; the token in the cookie is worth nothing from now on."""
    token = session.get(TOKEN)
    if token:
        db.session.execute(delete(SignIn).where(SignIn.digest == digest(token)))
    session.clear()


def end_everywhere(person_id: int) -> None:
    """Sign the person out of every browser, and every feed reader with them."""
    db.session.execute(delete(SignIn).where(SignIn.person_id == person_id))
    feed_tokens.end_all(person_id)


def reload() -> None:
    """Read the signed-in person anew: a commit in the middle of a request forgets them."""
    _load(session[TOKEN])


def current_sign_ins(person_id: int) -> Sequence[SignIn]:
    """The person's sign-ins that still hold, newest first."""
    return db.session.scalars(
        select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ends_at > clock.now())
        .order_by(SignIn.began_at.desc())
    ).all()


def is_this_browser(sign_in: SignIn) -> bool:
    return sign_in.digest == digest(session.get(TOKEN, ""))


@login.user_loader
def _load(token: str) -> Person | None:
    """The person of a sign-in, as long as the account is open and some role is in force."""
    asked = {"digest": digest(token), "now": clock.now()}
    person = db.session.scalars(_signed_in(), asked).unique().one_or_none()
    return person if person is not None and person.current else None


@cache
def _signed_in() -> Select[Person]:
    """Made once: every request asks it, and making it costs more than asking."""
    return (
        select(Person)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.digest == bindparam("digest"),
            SignIn.ends_at > bindparam("now"),
            Person.is_active,
        )
        .options(
            *PERSON_OPTIONS, with_expression(Person.unread_count, notices.unread_of(Person.id))
        )
    )


def _ask_for_new_password() -> Any:
    """Whoever must change the password reaches nothing else before."""
    if request.endpoint in BEFORE_CHANGE or is_by_address():
        return None
    if not current_user.is_authenticated:
        return None
    if current_user.must_change_password:
        return redirect(url_for("accounts.change_password"))
    return None


@job("accounts.tidy", every=timedelta(hours=24))
def tidy() -> None:
    """Forget sign-ins and slips that have ended, and tables of people a week old."""
    now = clock.now()
    db.session.execute(delete(SignIn).where(SignIn.ends_at < now))
    db.session.execute(delete(Slip).where(Slip.ends_at < now))
    db.session.execute(delete(PeopleImport).where(PeopleImport.made_at < now - KEEP_IMPORTS))


def init_app(app: Flask) -> None:
    login.init_app(app)
    app.before_request(_ask_for_new_password)
