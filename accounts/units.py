"""What administrators do with a unit; where it stands is in tree.py."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from core import i18n, journal
from core.db import db
from core.i18n import _
from core.policy import Actor

from . import tree
from .models import Unit

KIND = "accounts:unit"  # in the journal; the column `kind` says what sort of unit it is
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def fault_of_key(key: str) -> str | None:
    """Why a new unit cannot have this key, in the reader's language; None when it can."""
    if not KEY.fullmatch(key):
        return _("代号只用小写字母、数字、横线和下划线，最多 60 个。")
    if db.session.scalar(select(Unit.id).where(Unit.key == key)) is not None:
        return _("这个代号已经有别的单位在用。")
    return None


def found_root(name: str) -> Unit:
    """The first unit of an installation, above all others."""
    unit = Unit(key="root", name=name, kind="region")
    db.session.add(unit)
    db.session.flush()
    tree.recompute_paths()
    journal.append(KIND, unit.id, "add", None)
    return unit


def add(
    actor: Actor,
    parent: Unit,
    name: str,
    kind: str,
    from_day: date,
    key: str = "",
    name_en: str | None = None,
) -> Unit:
    """A new unit under a parent from a day on. Raises TreeFault."""
    unit = Unit(
        key=key or f"unit-{secrets.token_hex(4)}", name=name, name_en=name_en or None, kind=kind
    )
    db.session.add(unit)
    db.session.flush()
    tree.place(unit, parent, from_day)
    facts: dict[str, int | str | None] = {"parent": parent.id, "from": from_day.isoformat()}
    journal.append(KIND, unit.id, "add", actor.id, facts=facts)
    return unit


def edit(actor: Actor, unit: Unit, name: str, name_en: str | None, kind: str) -> None:
    unit.name, unit.name_en, unit.kind = name, name_en or None, kind
    unit.version += 1
    journal.append(KIND, unit.id, "edit", actor.id, facts={"kind": kind})


def move(actor: Actor, unit: Unit, parent: Unit, from_day: date) -> None:
    """Put the unit under another parent from a day on. Raises TreeFault."""
    tree.place(unit, parent, from_day)
    unit.version += 1
    facts: dict[str, int | str | None] = {"parent": parent.id, "from": from_day.isoformat()}
    journal.append(KIND, unit.id, "move", actor.id, facts=facts)


def close(actor: Actor, unit: Unit, from_day: date) -> None:
    """Take the unit out of the tree from a day on. Raises TreeFault."""
    tree.close(unit, from_day)
    unit.version += 1
    journal.append(KIND, unit.id, "close", actor.id, facts={"from": from_day.isoformat()})


def unit_choices() -> dict[str, str]:
    """Every unit by its id, in the order of the tree, named for the reader; one statement."""
    rows = db.session.execute(select(Unit.id, Unit.name, Unit.name_en).order_by(Unit.path))
    return {str(row.id): i18n.pick({"zh": row.name, "en": row.name_en or ""}) for row in rows}


class Directory:
    """Units by what people write: the name or the key."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.by_key: dict[str, Unit] = {}
        self.by_name: dict[str, list[Unit]] = {}
        for unit in units:
            self.by_key[unit.key] = unit
            for name in {unit.name, unit.name_en or unit.name}:
                self.by_name.setdefault(name, []).append(unit)

    def called(self, key: str) -> str:
        """The name of a unit, as `find` takes it: its key where others bear the same name."""
        unit = self.by_key.get(key)
        return unit.name if unit and len(self.by_name[unit.name]) == 1 else key

    def find(self, written: str) -> Unit:
        """The one unit of that key or name. Raises LookupError with a sentence."""
        if unit := self.by_key.get(written):
            return unit
        named = self.by_name.get(written, [])
        if len(named) == 1:
            return named[0]
        if named:
            keys = "、".join(unit.key for unit in named)
            raise LookupError(
                _(
                    "有 %(num)d 个单位叫“%(name)s”，请改写代号：%(keys)s。",
                    num=len(named),
                    name=written,
                    keys=keys,
                )
            )
        raise LookupError(_("没有叫“%(name)s”的单位。", name=written))
