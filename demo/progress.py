"""How far long work has come: a bar on a terminal, a plain line for each tenth elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress(what: str, first: int, last: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to be told how much of `first` to `last` is done. Writes to stderr."""
    if sys.stderr.isatty():
        with click.progressbar(length=last - first, label=what, file=sys.stderr) as bar:
            yield lambda done: bar.update(done - first - bar.pos)
        return
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        tenths = (done - first) * 10 // (last - first)
        if tenths > told:
            told = tenths
            click.echo(f"{what}: {done:,} of {last:,}", err=True)

    yield tell
