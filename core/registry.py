"""Shelves that areas fill at start-up and that others read without importing the area.

`navigation` and `account_menu` hold places in the header, `panels` the blocks of the home page,
`waiting` what waits for a person, `own` where a person finds all of their own, `admin_sections`
the rows of the administration page, `open_records` the open records beside that of decisions,
`modules` the scripts that run on every page of whoever is signed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import request, url_for

from .policy import Actor, allows


@dataclass(frozen=True)
class Place:
    """An entry of a menu. `permission` hides it from those who may not go there."""

    endpoint: str
    label: Any
    permission: str
    order: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    count: Callable[[Actor], int | None] | None = None

    @property
    def url(self) -> str:
        return url_for(self.endpoint, **self.values)

    @property
    def area(self) -> str:
        return self.endpoint.partition(".")[0]

    @property
    def is_current(self) -> bool:
        """Whether this entry is where the reader is: of its area's entries, the nearest above.

        A page below none of them (a thread at /threads/7) belongs to the area's main entry.
        """
        if self.area != (request.endpoint or "").partition(".")[0]:
            return False
        here = request.script_root + request.path
        of_area = [one for one in (*navigation, *account_menu) if one.area == self.area]
        above = [one for one in of_area if f"{here}/".startswith(f"{one.url}/")]
        if above:
            return self is max(above, key=lambda one: len(one.url))
        return any(self is one for one in navigation)


@dataclass(frozen=True, slots=True)
class Link:
    """A place as one reader sees it on one page; `count` things wait there."""

    url: str
    label: str
    is_current: bool
    count: int


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person: what it is, where to go, by when."""

    title: str
    url: str
    detail: str = ""
    state: str = ""
    machine: str = ""
    due_on: date | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Panel:
    """A block of the home page: a template and the function that gives what it shows.

    The template finds that as `panel_context`; None leaves the block out. A block stands in the
    main column, with `side` beside it, with `top` above both: that one brings the page's h1.
    """

    template: str
    context: Callable[[Actor], dict[str, Any] | None]
    order: int = 0
    side: bool = False
    top: bool = False


navigation: list[Place] = []
modules: list[str] = []
account_menu: list[Place] = []
admin_sections: list[Place] = []
panels: list[Panel] = []
own: list[Place] = []
open_records: list[Place] = []
waiting: list[Callable[[Actor], list[Waiting]]] = []
name_sources: list[Callable[[set[int]], dict[int, str]]] = []
actor_sources: list[Callable[[Collection[int]], dict[int, Actor]]] = []


def add(shelf: list[Any], thing: Any) -> Any:
    """Put a thing on a shelf once (an application may be made many times in one process)."""
    if thing not in shelf:
        shelf.append(thing)
        shelf.sort(key=lambda entry: getattr(entry, "order", 0))
    return thing


def visible(shelf: list[Place], actor: Actor) -> list[Place]:
    return [place for place in shelf if allows(actor, place.permission)]


def links(places: list[Place], actor: Actor) -> tuple[Link, ...]:
    """What the header draws of the places that this actor sees."""
    return tuple(
        Link(
            place.url,
            str(place.label),
            place.is_current,
            (place.count(actor) or 0) if place.count is not None else 0,
        )
        for place in places
    )


def names(ids: set[int]) -> dict[int, str]:
    """Names of people by id, from the area that knows them."""
    found: dict[int, str] = {}
    for source in name_sources:
        found.update(source(ids))
    return found


def actors(ids: Collection[int]) -> dict[int, Actor]:
    """The people of some ids who may act today, with their roles: for work that no request does."""
    found: dict[int, Actor] = {}
    for source in actor_sources:
        found.update(source(ids) if ids else {})
    return found
