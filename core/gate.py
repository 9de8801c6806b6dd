"""The gate before every view: `@requires(permission, Model)` loads, authorises, hands over.

An unreadable record is a 404, a readable but forbidden one a 403, and whoever is not signed in
is asked to sign in. A view without `@requires` stops start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import BigInteger, inspect, select
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from .db import SAFE_METHODS, db
from .policy import Forbidden, allows, known

View = TypeVar("View", bound=Callable[..., Any])
# A greater number names nothing, and the databases refuse to compare it.
LARGEST_ID = 2**31 - 1
LARGEST_BIG_ID = 2**63 - 1


def requires(
    permission: str, model: Any = None, *, by: str = "id", load: Sequence[ORMOption] = ()
) -> Callable[[View], View]:
    """Guard a view. With `model`, the address part named `by` becomes the record it names.

    The record comes from `model.visible_to(actor)`; on an unsafe request its row is locked, so
    that of two decisions the second sees what the first did. `load` adds loader options.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            actor = current_user._get_current_object()
            if model is None:
                return view(**values) if allows(actor, permission) else refuse(permission)
            record = _find(model, by, values.pop(by), actor, load)
            if record is None:
                return refuse_missing()
            g.record = record
            if not allows(actor, permission, record):
                return refuse(permission)
            return view(record, **values)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.model = model  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def by_address(permission: str) -> Callable[[View], View]:
    """Mark a view that looks at no cookie: its address proves who asks, and the view asks whether
    that reader may. No hook before it may look at a cookie either (`is_by_address`)."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.model = None  # type: ignore[attr-defined]
        view.is_by_address = True  # type: ignore[attr-defined]
        return view

    return mark


def is_by_address() -> bool:
    """Whether the request goes to such a view."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "is_by_address", False)


def _find(model: Any, by: str, value: Any, actor: Any, load: Sequence[ORMOption]) -> Any:
    if isinstance(value, str) and "\0" in value:
        return None  # no record is named so, and PostgreSQL refuses to look
    column = getattr(model, by)
    if isinstance(value, int) and value > (
        LARGEST_BIG_ID if isinstance(column.type, BigInteger) else LARGEST_ID
    ):
        return None
    found = model.visible_to(actor).where(column == value)
    if load:
        found = found.options(*load)
    if request.method in SAFE_METHODS:
        return db.session.scalars(found).unique().one_or_none()
    known = set(db.session.identity_map.keys())
    # Locked first, read after: a row joined by the statement that waits for the lock would be
    # as it was before the wait. Rows that point here may come and go meanwhile.
    lock = select(column).where(column == value).with_for_update(key_share=True)
    db.session.execute(lock)
    record = db.session.scalars(found).unique().one_or_none()
    if record is not None and inspect(record).key in known:
        # It was read before it was locked (the signed-in person's own record): its columns
        # again, and those alone, lest the person's loaded roles be forgotten.
        db.session.refresh(record, [column.key for column in inspect(model).column_attrs])
    return record


def refuse(permission: str) -> Response:
    """Signed in: 403. Not signed in: the way to sign in, with what was typed kept."""
    if current_user.is_authenticated:
        raise Forbidden(permission)
    return ask_to_sign_in()


def refuse_missing() -> Response:
    if current_user.is_authenticated:
        abort(404)
    return ask_to_sign_in()


def ask_to_sign_in() -> Response:
    if request.method not in SAFE_METHODS:
        raise Unauthorized
    here = request.full_path if request.query_string else request.path
    return redirect(url_for("accounts.sign_in", next=here))


class Ungated(RuntimeError):
    """A view that nobody guards, or one guarded by an unknown permission."""


def check(app: Flask) -> None:
    """Stop start-up on a view without `@requires` or with an unknown permission."""
    for endpoint, view in app.view_functions.items():
        if endpoint == "static":
            continue
        permission = getattr(view, "permission", None)
        if permission is None:
            raise Ungated(f"{endpoint}: a view needs @requires(permission)")
        if not known(permission):
            raise Ungated(f"{endpoint}: no rule is named {permission}")
