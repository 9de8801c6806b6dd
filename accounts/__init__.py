"""People, units, memberships, roles and sign-in."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from core import follows, registry
from core.db import db
from core.i18n import _l
from core.registry import Place

from .models import Person

ADMIN_SECTIONS = (
    Place("accounts.units_index", _l("单位架构"), "accounts:unit:index", order=10),
    Place("accounts.people_index", _l("人员"), "accounts:person:index", order=20),
    Place("accounts.import_people", _l("导入人员"), "accounts:people_import:create", order=30),
)
MENU = (
    Place("accounts.me", _l("我的账号"), "accounts:self:show", order=80),
    Place("accounts.admin", _l("管理台"), "accounts:admin:show", order=90),
)


def _names(ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        commands,
        follow_views,
        import_views,
        people_views,
        policy,
        session,
        suggesting,
        unit_views,
        views,
    )

    session.init_app(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(commands.people_cli)
    registry.add(registry.name_sources, _names)
    registry.add(registry.actor_sources, follow_views.actors)
    follows.kind(Person.kind, _l("人员"), follow_views.named)
    for place in ADMIN_SECTIONS:
        registry.add(registry.admin_sections, place)
    for place in MENU:
        registry.add(registry.account_menu, place)
