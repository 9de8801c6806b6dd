"""Size is nearly free: the pages of a large site take hardly longer than those of a small one.

Both sites are filled by `seed`, with one thread that holds a tenth of the posts besides; they
answer in turn, request by request. A request's time is the processor time of the processes that
answer: what else the machine does at that moment does not count.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from http.client import RemoteDisconnected
from pathlib import Path
from urllib.parse import quote

from demo import PASSWORD
from demo.discussion import FILES
from demo.reading import table
from tests.bench import Figure, Options
from tests.bench.long_thread import make
from tests.bench.servers import WARM, Server, demo
from tests.serving import Reader

SMALL = 10_000
LIMIT = 1.5
LIMIT_MS = 20.0  # of what somebody waits for while typing or looking, on the large site
TURNS = 200  # requests of each page on each site
PAGE = 20
# What a search is narrowed by: a board of a fifth of the posts, a unit of nearly all, one author
# (4 %), threads that were answered, titles alone, a tag of a tenth of the threads, one day on which nothing was said, and a word
# with a filter that no text has together.
NARROWED = (
    "q=我们&board=chat",
    "q=我们&unit=region_dept",
    "q=我们&author=陈静怡",
    "author=陈静怡",
    "q=基层&answered=1",
    "q=表格&title=1",
    "q=基层&board=dajiatan&answered=1",
    "q=我们&tag=1",
    "q=我们&kind=surveys:survey",
    "q=我们&to=2001-01-01",
)
READER, REVIEWER = "cadre", "moderator"
# Titles as people begin them: near to many, to one, to none, long, and of common words alone.
TITLES = (
    "台账能不能只留一本",
    "我们基层的会议太多怎么办",
    "复印机坏了",
    "同一数据只报一次，行不行？请大家说一说各自的做法",
    "完全没有人说过的一件怪事",
    "记了一个月的会议账：真正做决定的只有 52 分钟",
)
# A word of half the posts, one of 4 % and one of 0.3 %, a phrase, two words together, a single
# character, a number, and one that nobody wrote.
WORDS = ("我们", "基层", "复印机", "同一数据只报一次", "我们 台账", "会", "47", "查无此词")


def measure(options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        yield from compare((Path(small), SMALL), (Path(large), options.large))


def compare(*sizes: tuple[Path, int]) -> Iterator[Figure]:
    """Figures of two sites, the small one first: folder and posts of each. They are filled."""
    copy = sum(1 + len(one.get("post", ())) for name in FILES for one in table(name)["thread"])
    threads = [make(folder, posts // 10, round(posts / copy)) for folder, posts in sizes]
    with demo(sizes[0][0]) as one, demo(sizes[1][0]) as other:
        pages = [
            _pages(thread, posts // 10) for thread, (_, posts) in zip(threads, sizes, strict=True)
        ]
        for name in pages[0]:
            sites = [
                Site(server, REVIEWER if name == "queue" else READER) for server in (one, other)
            ]
            taken = _in_turn(sites, [page[name] for page in pages])
            for (_, posts), seconds in zip(sizes, taken, strict=True):
                at = f"{name}, {posts:,} posts, p95"
                limit = LIMIT_MS if name.startswith(("search", "similar")) else None
                yield Figure(at, 1000 * _p95(seconds), "ms", limit, len(seconds))
            ratio = _p95(taken[1]) / _p95(taken[0])
            versus = f"{name}, {sizes[1][1]:,} : {sizes[0][1]:,} posts, p95"
            yield Figure(versus, ratio, "ratio", LIMIT, len(taken[1]))


def _pages(thread: int, posts: int) -> dict[str, tuple[str, ...]]:
    """The addresses that are asked in turn for each measured page."""
    last = -(-posts // PAGE)
    return {
        "board": ("/forum/dajiatan",),
        "tag": ("/tags/1", "/tags/1?page=3", "/forum/burden?tag=1"),
        "thread, first page": (f"/threads/{thread}",),
        "thread, middle page": (f"/threads/{thread}?page={last // 2}",),
        "thread, last page": (f"/threads/{thread}?page={last}",),
        "search": tuple(f"/search?q={quote(words)}" for words in WORDS),
        "search, narrowed": tuple(f"/search?{quote(one, safe='=&:')}" for one in NARROWED),
        "search, closest first": tuple(f"/search?order=closest&q={quote(one)}" for one in WORDS),
        "similar threads": tuple(f"/threads/similar?title={quote(one)}" for one in TITLES),
        "queue": ("/moderation", "/moderation?decided=1"),
        "home": ("/",),
    }


class Site:
    """A server and somebody signed in, on a connection of its own."""

    def __init__(self, server: Server, username: str) -> None:
        self.server, self.reader = server, Reader(server.port)
        self.reader.sign_in(username, PASSWORD)

    def ask(self, path: str) -> float:
        """Seconds of processor time that the page takes."""
        used = self.server.cpu()
        try:
            status, _page = self.reader.ask(path)
        except RemoteDisconnected:  # the other site was slow, and this line idle for too long
            self.reader.line.close()
            return self.ask(path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return self.server.cpu() - used


def _in_turn(sites: list[Site], paths: list[tuple[str, ...]]) -> list[list[float]]:
    """Seconds of every request, for each site."""
    taken: list[list[float]] = [[] for _ in sites]
    for turn in range(-WARM, TURNS):
        for site, own, seconds in zip(sites, paths, taken, strict=True):
            took = site.ask(own[turn % len(own)])
            if turn >= 0:
                seconds.append(took)
    return taken


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * len(seconds))]
