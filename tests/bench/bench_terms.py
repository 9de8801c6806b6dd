"""Ten thousand terms over a long text: what a submitted text waits for its screening."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

from core.matching import Matcher, TermList
from tests.bench import Figure, Options

TERMS = 10_000
CHARACTERS = 20_000
ROUNDS = 15
LIMIT = 50.0  # milliseconds of one processor
COMMON = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]


def measure(options: Options) -> Iterator[Figure]:
    chance = random.Random(7)
    terms = ["".join(chance.choices(COMMON, k=chance.randint(2, 6))) for _ in range(TERMS)]
    numbers = frozenset({"identity", "phone", "bank_card"})
    rules = Matcher([TermList(terms, terms[::10], numbers)])
    ordinary = "".join(chance.choices([*COMMON, *"，。、 \n"], k=CHARACTERS))
    disguised = "*".join(chance.choices(COMMON, k=CHARACTERS // 2))
    for name, text in (("", ordinary), (", disguised", disguised)):
        spent = []
        for _round in range(ROUNDS):
            began = time.process_time()
            rules.find(text)
            spent.append((time.process_time() - began) * 1_000)
        title = f"{TERMS:,} terms over {CHARACTERS:,} characters{name}, CPU time"
        yield Figure(title, statistics.median(spent), "ms", LIMIT, ROUNDS)
