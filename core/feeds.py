"""Atom feeds (RFC 4287): every area registers its listings once, and each is read as its page is.

An entry's id is made of its permalink, its time is that of its publication: neither changes when
a text is edited. A feed has the newest MOST entries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from flask import Flask, current_app, url_for

from . import i18n
from .characters import one_line
from .policy import Actor

MOST = 50
SUMMARY = 300  # characters
TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
SINCE = "2026"  # the year of the ids, which RFC 4151 wants to be one in which the name was ours
ALL = "all"  # the key of a listing of which there is one


@dataclass(frozen=True)
class Entry:
    """A text that is public: its permalink, when it was published, how it begins."""

    url: str
    title: str
    at: datetime
    summary: str = ""
    author: str = ""


@dataclass(frozen=True)
class Listing:
    """What a page lists: its title, its address, the newest of its entries."""

    title: str
    url: str
    entries: Sequence[Entry]


Source = Callable[[str, Mapping[str, str], Actor], Listing | None]
_sources: dict[str, Source] = {}


def kind(name: str, source: Source) -> None:
    """Register a kind of listing. Its source takes the key, the query and the reader, and gives
    the listing as that reader may read it now, or none."""
    _sources[name] = source


def read(name: str, key: str, asked: Mapping[str, str], actor: Actor) -> Listing | None:
    source = _sources.get(name)
    return source(key, asked, actor) if source is not None and "\0" not in key else None


def address(name: str, key: str = ALL, asked: Mapping[str, str] | None = None) -> str:
    """Where a listing's feed is."""
    path = url_for("front.show_feed", kind=name, key=key)
    return f"{path}?{urlencode(asked)}" if asked else path


def written(listing: Listing, own: str) -> bytes:
    """The feed as XML; `own` is its own address, without what lets somebody in."""
    root = ElementTree.Element("feed", {"xmlns": NAMESPACE, "xml:lang": i18n.html_lang()})
    entries = sorted(listing.entries, key=lambda entry: entry.at, reverse=True)[:MOST]
    _put(root, "id", _tag(own))
    _put(root, "title", listing.title)
    _put(root, "updated", i18n.iso(entries[0].at) if entries else f"{SINCE}-01-01T00:00:00+00:00")
    _link(root, "self", own)
    _link(root, "alternate", listing.url)
    _put(ElementTree.SubElement(root, "author"), "name", current_app.config["SITE_NAME"])
    for entry in entries:
        _entry(ElementTree.SubElement(root, "entry"), entry)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(node: Any, entry: Entry) -> None:
    _put(node, "id", _tag(entry.url))
    _put(node, "title", entry.title)
    _put(node, "updated", i18n.iso(entry.at))
    _put(node, "published", i18n.iso(entry.at))
    _link(node, "alternate", entry.url)
    if entry.author:
        _put(ElementTree.SubElement(node, "author"), "name", entry.author)
    if entry.summary:
        _put(node, "summary", entry.summary)


def _put(node: Any, name: str, words: str) -> None:
    ElementTree.SubElement(node, name).text = one_line(words)


def _link(node: Any, rel: str, path: str) -> None:
    whole = f"{current_app.config['SITE_URL']}{path}"
    ElementTree.SubElement(node, "link", {"rel": rel, "href": whole})


def _tag(path: str) -> str:
    """A name for ever (RFC 4151)."""
    host = urlsplit(current_app.config["SITE_URL"]).hostname or "localhost"
    return f"tag:{host},{SINCE}:{path}"


def init_app(app: Flask) -> None:
    app.jinja_env.globals["feed_url"] = address
    app.jinja_env.globals["FEED_TYPE"] = TYPE
