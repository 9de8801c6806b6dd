"""The rules about words, for the tests of this area."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.people import Cast
from tests.rules import Rules


@pytest.fixture
def rules(app: Flask, cast: Cast) -> Rules:
    return Rules(app, cast)
