"""Responses one by one as a workbook: 100,000 of them with forty questions, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import Figure, Options

RESPONSES = 100_000
SECONDS, MEGABYTES = 15.0, 300.0


def measure(options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _run(folder, "fill", str(RESPONSES))
        for kind, limit in (("xlsx", SECONDS), ("csv", None)):
            found = json.loads(_run(folder, kind))
            name = f"export {RESPONSES:,} responses × 40 questions, {kind}"
            yield Figure(name, found["seconds"], "s", limit, RESPONSES)
            yield Figure(f"{name}, peak", found["megabytes"], "MB", limit and MEGABYTES, RESPONSES)


def _run(folder: str, *words: str) -> str:
    command = [sys.executable, "-m", "tests.bench.exporting", folder, *words]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
