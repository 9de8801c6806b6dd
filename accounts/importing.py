"""People out of a table: a plan first, with every fault, and then all of it or nothing.

`parse` reads the table, `plan` says what would happen without writing, `apply` does it. A row
gives a person roles at one unit; several rows may share a username. Running the same table again
changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from core import clock, journal, sheets, text
from core.db import db
from core.files import FileFault, Upload
from core.i18n import _, force_locale
from core.policy import Actor

from . import serving, slips, usernames
from .days import read_day
from .delegation import administers_person, is_admin
from .models import Membership, Person, Unit
from .roles import ROLES
from .session import PERSON_OPTIONS
from .units import Directory

MOST_ROWS = 20_000
NAME_LIMIT = 60
TITLE_LIMIT = 60
HEADERS = {
    "name": ("姓名", "名字", "name"),
    "username": ("用户名", "账号", "登录名", "username", "account"),
    "unit": ("单位", "单位名称", "所在单位", "单位代号", "unit"),
    "title": ("职务", "title", "post"),
    "role": ("角色", "role", "roles"),
    "since": ("起", "开始", "起始日期", "from", "since"),
    "until": ("止", "截止", "最后一天", "终止日期", "until", "to"),
}
NEEDED = ("name", "username", "unit")
ROLE_WORDS = {
    "专家": "expert",
    "党代表": "delegate",
    "人大代表": "delegate",
    "政协委员": "delegate",
    "监督员": "supervisor",
    "干部": "cadre",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong: the row as the program that made the table counts it, the column, why."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Table:
    """A table of people: the heading of each column we know, and rows with their numbers."""

    columns: dict[str, str]
    rows: list[tuple[int, dict[str, str]]]

    def to_json(self) -> dict[str, Any]:
        return {"columns": self.columns, "rows": self.rows}

    @staticmethod
    def from_json(kept: dict[str, Any]) -> Table:
        return Table(kept["columns"], [(number, cells) for number, cells in kept["rows"]])


@dataclass
class Newcomer:
    """A person to be made."""

    name: str
    username: str
    unit: Unit
    title: str | None


@dataclass(frozen=True)
class Post:
    """A role to be given: to a person who is there, or to a newcomer."""

    username: str
    person_id: int | None
    role: str
    unit: Unit
    since: date
    until: date | None


@dataclass(frozen=True)
class Step:
    """What a row would do; `effect` is create, grant or nothing."""

    row: int
    name: str
    username: str
    unit: str
    roles: list[str]
    since: date
    last_on: date | None
    effect: str


@dataclass
class Plan:
    """What a table would do, and every fault in it; nothing is written while there is one."""

    steps: list[Step] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    newcomers: dict[str, Newcomer] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)

    @property
    def effects(self) -> Counter[str]:
        return Counter(step.effect for step in self.steps)

    @property
    def is_sound(self) -> bool:
        return bool(self.steps) and not self.faults


def parse(upload: Upload) -> Table:
    """The table in the first sheet of a file. Raises FileFault."""
    sheet = next(iter(sheets.read(upload)), None)
    rows = [[sheets.written(cell) for cell in row] for row in sheet.rows] if sheet else []
    start = next((number for number, row in enumerate(rows) if any(row)), None)
    if start is None:
        raise FileFault(_("这个表格是空的。"))
    places = _places(rows[start])
    missing = [HEADERS[name][0] for name in NEEDED if name not in places]
    if missing:
        raise FileFault(
            _(
                "第 %(row)d 行应是表头，缺少：%(missing)s。",
                row=start + 1,
                missing="、".join(missing),
            )
        )
    filled = [
        (number, {name: row[place] for name, place in places.items() if place < len(row)})
        for number, row in enumerate(rows[start + 1 :], start + 2)
        if any(row)
    ]
    if not filled:
        raise FileFault(_("表头下面没有人。"))
    if len(filled) > MOST_ROWS:
        raise FileFault(_("一次最多导入 %(count)d 行，请分成几个文件。", count=MOST_ROWS))
    columns = {
        name: f"{rows[start][place]}（{sheets.column_letters(place + 1)}）"
        for name, place in places.items()
    }
    return Table(columns, filled)


def one_row(cells: dict[str, str]) -> Table:
    """The table of a form that makes one person; its columns are the form's fields."""
    return Table({name: name for name in HEADERS}, [(1, cells)])


def _places(header: list[str]) -> dict[str, int]:
    """Which column holds what; unknown columns are left alone."""
    words = {word: name for name, known in HEADERS.items() for word in known}
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        plain = re.sub(r"[（(].*?[)）]|[*\s]", "", unicodedata.normalize("NFKC", cell)).lower()
        if name := words.get(plain):
            places.setdefault(name, place)
    return places


def plan(actor: Actor, table: Table) -> Plan:
    """What the table would do if the actor confirmed it; a few statements, none written."""
    return _Planner(actor, table).run()


class _Planner:
    def __init__(self, actor: Actor, table: Table) -> None:
        self.actor = actor
        self.table = table
        self.found = Plan()
        self.directory = Directory(db.session.scalars(select(Unit)))
        self.people = _people_named(
            usernames.canonical(cells.get("username", "")) for _number, cells in table.rows
        )
        self.first_rows: dict[str, int] = {}
        self.seen: dict[tuple[str, str, int], int] = {}
        self.role_words = _role_words()

    def run(self) -> Plan:
        for number, cells in self.table.rows:
            self._row(number, cells)
        return self.found

    def _fault(self, row: int, column: str, sentence: str) -> None:
        self.found.faults.append(Fault(row, self.table.columns.get(column, column), sentence))

    def _read(self, row: int, column: str, reader: Callable[[str], Any], cell: str) -> Any:
        """What a cell says; a fault and None when it cannot be read."""
        try:
            return reader(cell)
        except (ValueError, LookupError) as fault:
            self._fault(row, column, str(fault.args[0]))
            return None

    def _row(self, row: int, cells: dict[str, str]) -> None:
        name = self._read(row, "name", _name, cells.get("name", ""))
        title = self._read(row, "title", _title, cells.get("title", ""))
        username = self._read(row, "username", _username, cells.get("username", ""))
        unit = self._read(row, "unit", self._unit, cells.get("unit", ""))
        roles = self._read(row, "role", self._roles, cells.get("role", ""))
        since = self._read(row, "since", _since, cells.get("since", ""))
        last_on = self._read(row, "until", read_day, cells.get("until", ""))
        if username is None or name is None or unit is None or roles is None or since is None:
            return
        if last_on is None and cells.get("until", "").strip():
            return
        until = last_on + timedelta(days=1) if last_on else None
        for role in roles:
            if fault := serving.fault_of(self.actor, role, unit, since, until):
                self._fault(row, fault.field, str(fault))
                return
        if not self._is_the_same_person(row, name, username):
            return
        posts = self._posts(row, username, roles, unit, since, until)
        if posts is None:
            return
        is_new = username not in self.people and username not in self.found.newcomers
        if is_new:
            self.found.newcomers[username] = Newcomer(name, username, unit, title or None)
        self.found.posts += posts
        effect = "create" if is_new else ("grant" if posts else "nothing")
        self.found.steps.append(Step(row, name, username, unit.name, roles, since, last_on, effect))

    def _is_the_same_person(self, row: int, name: str, username: str) -> bool:
        """Whether the username is free or belongs to somebody of that name who is ours."""
        person = self.people.get(username)
        if person is not None:
            if person.name != name or not administers_person(self.actor, person):
                self._fault(row, "username", _("这个用户名已经有人使用。"))
                return False
            if person.id == self.actor.id and not is_admin(self.actor):
                self._fault(row, "username", _("自己的角色由上级管理员办理。"))
                return False
        newcomer = self.found.newcomers.get(username)
        if newcomer is not None and newcomer.name != name:
            self._fault(
                row,
                "name",
                _(
                    "同一个用户名在第 %(row)d 行写的是“%(name)s”。",
                    row=self.first_rows[username],
                    name=newcomer.name,
                ),
            )
            return False
        self.first_rows.setdefault(username, row)
        return True

    def _posts(
        self,
        row: int,
        username: str,
        roles: list[str],
        unit: Unit,
        since: date,
        until: date | None,
    ) -> list[Post] | None:
        """The roles still to be given; None, and a fault, when one overlaps another."""
        person = self.people.get(username)
        posts = []
        for role in roles:
            key = (username, role, unit.id)
            if key in self.seen:
                self._fault(row, "role", _("和第 %(row)d 行重复。", row=self.seen[key]))
                return None
            held = _held(person, role, unit, since, until)
            if held == "other":
                self._fault(row, "role", _("这段时间里已经有同样的任职，起止日期不同。"))
                return None
            self.seen[key] = row
            if held is None:
                posts.append(
                    Post(username, person.id if person else None, role, unit, since, until)
                )
        return posts

    def _unit(self, cell: str) -> Unit:
        if not cell.strip():
            raise ValueError(_("请填写单位。"))
        return self.directory.find(cell.strip())

    def _roles(self, cell: str) -> list[str]:
        words = [word.strip() for word in re.split(r"[、,，;；/]", cell) if word.strip()]
        roles = []
        for word in words or ["cadre"]:
            role = self.role_words.get(_plain(word))
            if role is None:
                raise ValueError(_("没有“%(role)s”这个角色。", role=word))
            if role not in roles:
                roles.append(role)
        return roles


def apply(actor: Actor, wanted: Plan) -> list[slips.Printed]:
    """Make the people and give the roles of a sound plan; gives a slip for each newcomer."""
    if not wanted.is_sound:
        raise ValueError("a plan with faults is not carried out")
    made = _make(actor, list(wanted.newcomers.values()))
    ids = {person.username: person.id for person in made}
    owners = [post.person_id or ids[post.username] for post in wanted.posts]
    rows = [
        {
            "person_id": owner,
            "unit_id": post.unit.id,
            "role": post.role,
            "valid_from": post.since,
            "valid_until": post.until,
        }
        for owner, post in zip(owners, wanted.posts, strict=True)
    ]
    if rows:
        db.session.execute(insert(Membership), rows)
    events = [_event(actor, person.id, "create", {"unit": person.unit_id}) for person in made]
    for owner, post in zip(owners, wanted.posts, strict=True):
        facts = serving.facts_of(post.role, post.unit.id, post.since, post.until)
        events.append(_event(actor, owner, "grant", facts))
    journal.append_all(events)
    return slips.issue_all(actor, made)


def _make(actor: Actor, newcomers: list[Newcomer]) -> list[Person]:
    if not newcomers:
        return []
    now = clock.now()
    db.session.execute(
        insert(Person),
        [
            {
                "username": one.username,
                "name": one.name,
                "title": one.title,
                "unit_id": one.unit.id,
                "password_hash": None,
                "created_at": now,
            }
            for one in newcomers
        ],
    )
    made = _people_named((one.username for one in newcomers), joinedload(Person.unit))
    return [made[one.username] for one in newcomers]


def _event(actor: Actor, person_id: int, verb: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": clock.now().replace(microsecond=0),
        "actor_id": actor.id,
        "kind": Person.kind,
        "subject_id": person_id,
        "verb": verb,
        "facts": facts,
    }


def _people_named(names: Iterable[str], *options: Any) -> dict[str, Person]:
    """The people of these usernames, with units and memberships."""
    wanted = sorted(set(names))
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), 500):
        some = (
            select(Person)
            .where(Person.username.in_(wanted[start : start + 500]))
            .options(*(options or PERSON_OPTIONS))
        )
        found.update((person.username, person) for person in db.session.scalars(some).unique())
    return found


def _held(
    person: Person | None, role: str, unit: Unit, since: date, until: date | None
) -> str | None:
    """Whether the person has the role: "same" for all of the time, "other" for a part, None."""
    for one in person.memberships if person else ():
        if one.role != role or one.unit_id != unit.id or one.has_ended_by(since):
            continue
        if until is not None and until <= one.valid_from:
            continue
        reaches = one.valid_until is None or (until is not None and until <= one.valid_until)
        return "same" if one.valid_from <= since and reaches else "other"
    return None


def _role_words() -> dict[str, str]:
    """Every word for a role: its key, its name in each language, and what people say."""
    words = {_plain(word): role for word, role in ROLE_WORDS.items()}
    for locale in ("zh_Hans", "en"):
        with force_locale(locale):
            words.update((_plain(str(label)), role) for role, label in ROLES.items())
    words.update((_plain(role), role) for role in ROLES)
    return words


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", word)).lower()


def _name(cell: str) -> str:
    if not cell.strip():
        raise ValueError(_("请填写姓名。"))
    return text.clean_line(cell, NAME_LIMIT)


def _title(cell: str) -> str:
    return text.clean_line(cell, TITLE_LIMIT)


def _username(cell: str) -> str:
    username = usernames.canonical(cell)
    if fault := (_("请填写用户名。") if not username else usernames.fault_of(username)):
        raise ValueError(fault)
    return username


def _since(cell: str) -> date:
    return read_day(cell) or clock.today()


def without_password(ids: list[int]) -> list[Person]:
    """Those of some people who have never chosen a password, with their units."""
    found: list[Person] = []
    for start in range(0, len(ids), 500):
        found += db.session.scalars(
            select(Person)
            .where(
                Person.id.in_(ids[start : start + 500]),
                Person.password_hash.is_(None),
                Person.is_active,
            )
            .options(*PERSON_OPTIONS)
            .order_by(Person.id)
        ).unique()
    return found
