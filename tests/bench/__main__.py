"""Runs every bench_*.py here, or those named; exit 1 when a figure does not hold.

python -m tests.bench [--posts N] [--large N] [--seconds S] [pages depth scale start …]
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from tests.bench import Options

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("only", nargs="*", help=", ".join(name[6:] for name in MODULES))
    asked.add_argument("--posts", type=int, default=Options.posts, help="in the long thread")
    asked.add_argument("--large", type=int, default=Options.large, help="posts of the large site")
    asked.add_argument("--seconds", type=float, default=Options.seconds, help="for each page")
    said = asked.parse_args()
    options = Options(posts=said.posts, large=said.large, seconds=said.seconds)
    holds = True
    for name in MODULES:
        if said.only and name.removeprefix("bench_") not in said.only:
            continue
        for figure in importlib.import_module(f"tests.bench.{name}").measure(options):
            print(figure.line(), flush=True)
            holds = holds and figure.holds
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
