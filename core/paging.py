"""Numbered pages: the arithmetic and the links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request, url_for

T = TypeVar("T")


@dataclass(frozen=True)
class Pager(Generic[T]):
    """One page of a list. `number` counts from 1; `total` is the number of rows in all pages."""

    number: int
    size: int
    total: int
    rows: Sequence[T] = field(default_factory=tuple)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def window(self) -> list[int | None]:
        """Page numbers to show: the first, the last, two around this one; None is a gap."""
        near = range(self.number - 2, self.number + 3)
        shown = sorted({1, self.pages, *near} & set(range(1, self.pages + 1)))
        window: list[int | None] = []
        for page in shown:
            if window and window[-1] is not None and page - window[-1] > 1:
                window.append(page - 1 if page - window[-1] == 2 else None)
            window.append(page)
        return window

    def url(self, number: int) -> str:
        """This address with another page. What else the query says is copied, not understood:
        handed to url_for, `?_scheme=javascript&_external=1` would become the link."""
        said = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
        if number > 1:
            said.append(("page", str(number)))
        path = url_for(str(request.endpoint), **(request.view_args or {}))
        return f"{path}?{urlencode(said)}" if said else path


def asked_page() -> int:
    """The page that the address asks for; anything odd is page 1."""
    page = request.args.get("page", default=1, type=int)
    return page if page is not None and 1 <= page <= 10_000_000 else 1
