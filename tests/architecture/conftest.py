"""The house with every area in it: tables, rules and routes are filled when it is built."""

from __future__ import annotations

import pytest
from flask import Flask

from app import create_app
from tests.conftest import KEY


@pytest.fixture(scope="session", autouse=True)
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that no test sends a request to; its database is never opened."""
    folder = tmp_path_factory.mktemp("house")
    return create_app({"TESTING": True, "SECRET_KEY": KEY, "DATA_DIR": str(folder)})
