"""Depth is free: the first, middle and last page of a long thread cost the same."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from demo import PASSWORD
from tests.bench import Figure, Options
from tests.bench.long_thread import make
from tests.bench.servers import Side, demo, in_turn
from tests.serving import Reader

PAGE = 20


def measure(options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        thread = make(Path(folder), options.posts)
        with demo(Path(folder)) as site:
            reader = Reader(site.port)
            reader.sign_in("cadre", PASSWORD)
            last = -(-options.posts // PAGE)
            pages = (1, last // 2, last)
            sides = [Side(site, reader, f"/threads/{thread}?page={page}") for page in pages]
            costs = [[1 / speed for speed in one] for one in in_turn(sides, 3 * options.seconds)]
    medians = [statistics.median(cost) for cost in costs]
    name = "first : middle : last page of a long thread, CPU seconds, most : least"
    yield Figure(name, max(medians) / min(medians), "ratio", 1.05, options.posts)
