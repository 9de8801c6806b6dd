"""What moderation's tests start from: two boards and signed-in people."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.boards import Forum
from tests.people import Cast, Visitor
from tests.rules import Rules


@pytest.fixture
def forum(app: Flask, cast: Cast) -> Forum:
    return Forum(app, cast)


@pytest.fixture
def cadre(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("cadre")


@pytest.fixture
def cadre2(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("cadre2")


@pytest.fixture
def moderator(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("moderator")


@pytest.fixture
def chief(cast: Cast, forum: Forum) -> Visitor:
    return cast.visitor("chief_moderator")


@pytest.fixture
def rules(app: Flask, cast: Cast) -> Rules:
    return Rules(app, cast)
