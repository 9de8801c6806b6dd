"""The filled site, made once for each database and worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.filled import Filled, filled_site


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """Read from it, and leave it as it was: other tests read it, too."""
    with filled_site(request.param, tmp_path_factory.mktemp(f"filled-{request.param}")) as site:
        yield site
