"""Servers on one core, the processor time they use, and two of them asked in turn."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import ROOT, Reader, family, free_port, jobs_of, start, wait_for

CORES = sorted(os.sched_getaffinity(0))
SLICE = 0.2  # seconds for which one side is asked before it is the other's turn
WARM = 30  # requests before the first that counts


@contextmanager
def first_core() -> Iterator[None]:
    """Processes started inside stay on the first core; we ask from the others."""
    os.sched_setaffinity(0, CORES[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES[1:] or CORES)


class Server:
    """A running server: its port and the processes that answer."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.answering = family(process.pid) - jobs_of(process.pid)

    def cpu(self) -> float:
        """Seconds of processor time that the answering processes have used."""
        return sum(map(_nanoseconds, self.answering)) / 1e9


def _nanoseconds(process: int) -> int:
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """Ask for the end of a process that we started, when the block is left."""
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def demo(folder: Path, **settings: str) -> Iterator[Server]:
    """The site in demo mode with its data in the folder, one worker on one core."""
    port = free_port()
    with first_core():
        process = start(folder, PORT=str(port), SECRET_KEY="", WORKERS="1", **settings)
    with ended(process):
        wait_for(f"http://127.0.0.1:{port}/", 120)
        yield Server(process, port)


@contextmanager
def bare(size: int) -> Iterator[Server]:
    """Flask alone behind the same server, answering with as many bytes."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", str(port), str(size)]
    with first_core():
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, text=True)
    with ended(process):
        wait_for(f"http://127.0.0.1:{port}/")
        yield Server(process, port)


class Side:
    """One page asked again and again: each turn gives requests per CPU second."""

    def __init__(self, server: Server, reader: Reader, path: str) -> None:
        self.server, self.reader, self.path = server, reader, path
        self.count = 0
        for _ in range(WARM):
            self._ask()

    def _ask(self) -> None:
        status, _page = self.reader.ask(self.path)
        if status != 200:
            raise RuntimeError(f"{self.path} answered {status}")

    def turn(self) -> float:
        began, used, count = time.monotonic(), self.server.cpu(), 0
        while time.monotonic() - began < SLICE:
            self._ask()
            count += 1
        self.count += count
        return count / (self.server.cpu() - used)


def in_turn(sides: list[Side], seconds: float) -> list[list[float]]:
    """What each side did in every round; the sides are asked one after the other."""
    rounds = max(3, round(seconds / SLICE / len(sides)))
    turns: Callable[[Side], float] = Side.turn
    return [
        list(one) for one in zip(*([turns(s) for s in sides] for _ in range(rounds)), strict=True)
    ]


def ratio(ours: Side, theirs: Side, seconds: float) -> float:
    """Requests per CPU second against the other side's: the median of the rounds."""
    pairs = zip(*in_turn([ours, theirs], seconds), strict=True)
    return statistics.median(one / other for one, other in pairs)
