"""The filled site, made once for each database and worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.contracts.filled import Filled, filled_site
from tests.turns import KINDS


@pytest.fixture(scope="session")
def filled_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Filled]]:
    """Filled sites by kind of database, each made when first asked for and kept to the end."""
    with ExitStack() as ends:

        @cache
        def filled_on(kind: str) -> Filled:
            folder = tmp_path_factory.mktemp(f"filled-{kind}")
            return ends.enter_context(filled_site(kind, folder))

        yield filled_on


@pytest.fixture(scope="session", params=KINDS)
def filled(request: pytest.FixtureRequest, filled_sites: Callable[[str], Filled]) -> Filled:
    """Read from it, and leave it as it was: other tests read it, too."""
    return filled_sites(request.param)
