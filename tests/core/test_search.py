"""One index: what is put is found by every part of it, by those who may, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

from core import clock, search, tokens
from core.db import db
from core.policy import SYSTEM, Actor
from core.search import Filters, Reach, SearchEntry
from tests.conftest import counted

KIND, OTHER = "campaigns:notice", "test:other"


class Reader:
    id = 1
    is_authenticated = True

    def holds(self, role: str, within: object = None) -> bool:
        return False


READER = Reader()
MEMBERS = Reach({"public", "members"})


@pytest.fixture(autouse=True)
def request_context(app: Flask) -> Iterator[None]:
    search.kind(OTHER, "别的", "campaigns.show", by="slug")
    with app.test_request_context():
        yield
        db.session.rollback()
    search._kinds.pop(OTHER)


def put(
    subject: str,
    title: str,
    body: str = "",
    *,
    kind: str = KIND,
    minutes: int = 0,
    scope: str = "members",
    **marked: Any,
) -> None:
    at = clock.now() - timedelta(minutes=minutes)
    search.put(kind, subject, title, body, at, scope, **marked)
    db.session.flush()


def found(words: str, actor: Actor = READER, **options: object) -> list[str]:
    return [hit.url for hit in search.find(words, actor, **options).rows]  # type: ignore[arg-type]


def urls(*subjects: str) -> list[str]:
    return [f"/campaigns/{one}/notice" for one in subjects]


@pytest.mark.parametrize(
    "words",
    [
        "乡镇",
        "报表",
        "一年要报多少",
        "乡镇一年要报多少张表",
        "多少 乡镇",
        "Excel",
        "excel",
        "EXCEL 表",
        "2026",
        "２０２６",
    ],
)
def test_every_part_is_found(words: str) -> None:
    put("a", "乡镇一年要报多少张表？", "报表用 Excel 填，2026 年起。")
    assert found(words) == urls("a")


@pytest.mark.parametrize("words", ["镇乡", "报多一", "没有", "xcel", "202 乡镇没有"])
def test_what_is_not_there_is_not_found(words: str) -> None:
    put("a", "乡镇一年要报多少张表？", "报表用 Excel 填，2026 年起。")
    assert found(words) == []


@pytest.mark.parametrize("words", ["", "  ", "，。！", '"', "*", "()"])
def test_nothing_to_look_for_finds_nothing_and_asks_nothing(app: Flask, words: str) -> None:
    put("a", "乡镇")
    with counted(app) as seen:
        assert search.find(words, READER).total == 0
    assert seen == []


@pytest.mark.parametrize(
    "words",
    [
        "a OR b",
        "NOT a",
        "NEAR(a b)",
        "a*",
        "a:b",
        "'; DROP TABLE search_entries; --",
        "a & !b",
        "\\",
        "^a",
        "{a}",
        "-a",
        "col : a",
    ],
)
def test_operators_are_words(words: str) -> None:
    put("a", "乡镇")
    assert search.find(words, READER).total == 0


def test_newest_first_and_pages() -> None:
    for number in range(search.PAGE + 2):
        put(f"s{number}", "材料", minutes=number)
    first, second = search.find("材料", READER, 1), search.find("材料", READER, 2)
    assert [hit.url for hit in first.rows] == urls(*(f"s{n}" for n in range(search.PAGE)))
    assert [hit.url for hit in second.rows] == urls(f"s{search.PAGE}", f"s{search.PAGE + 1}")
    assert (first.total, first.pages) == (search.PAGE + 2, 2)


def test_page_beyond_the_last_asks_for_no_rows(app: Flask) -> None:
    put("a", "材料")
    with counted(app) as seen:
        assert search.find("材料", READER, 10_000_000, within=MEMBERS).rows == ()
    assert len(seen) == 1


def test_two_statements() -> None:
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    for number in range(30):
        put(f"s{number}", "材料")
    event.listen(db.engine, "before_cursor_execute", note)
    search.find("材料", READER, within=MEMBERS)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 2


def test_total_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COUNTED", 3)
    for number in range(5):
        put(f"s{number}", "材料")
    assert search.find("材料", READER).total == 3


def test_texts_that_hold_one_of_some_phrases_whoever_may_read_them(app: Flask) -> None:
    put("a", "报表 合并")
    put("b", "培训 名额", scope="elsewhere")
    put("c", "不相干")
    with counted(app) as seen:
        assert search.holding(["报表", "名额", "……"], KIND) == {"a", "b"}
    assert len(seen) == 1


def test_no_more_is_counted_than_a_page_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "AHEAD", search.PAGE + 1)
    for number in range(3 * search.PAGE):
        put(f"s{number}", "材料")
    first, second = search.find("材料", READER, 1), search.find("材料", READER, 2)
    assert (first.total, first.pages) == (search.most(1), 2) == (search.PAGE + 1, 2)
    assert (second.total, second.pages) == (search.most(2), 3) == (2 * search.PAGE + 1, 3)


# --- Who may read ---------------------------------------------------------------------------


def test_scope_says_who_may_read(monkeypatch: pytest.MonkeyPatch) -> None:
    put("open", "材料", scope="public", minutes=1)
    put("members", "材料", scope="members", minutes=2)
    put("board", "材料", scope="board:7", minutes=3)
    assert found("材料", SYSTEM) == urls("open")
    assert found("材料") == urls("open", "members")
    monkeypatch.setattr(search, "scopes", [lambda actor: Reach({"board:7"})])
    assert found("材料") == urls("open", "members", "board")


def test_kind_filters() -> None:
    put("a", "材料")
    put("b", "材料", kind=OTHER, minutes=1)
    assert found("材料", filters=Filters(KIND)) == urls("a")
    assert found("材料", filters=Filters(OTHER)) == ["/campaigns/b"]
    assert len(found("材料", filters=Filters("no:such"))) == 2


def test_kind_that_nobody_registered_is_left_out() -> None:
    put("a", "材料")
    put("b", "材料", kind="gone:kind")
    assert found("材料") == urls("a")


# --- Narrowing ------------------------------------------------------------------------------


def test_marks_narrow_and_no_typed_word_finds_them() -> None:
    put("a", "材料甲", marks=["b1", "a57", "u1", "u4"])
    put("b", "材料乙", marks=["b12", "a5", "u1"], minutes=1)
    assert found("材料", filters=Filters(marks=(("b1",),))) == urls("a")
    assert found("材料", filters=Filters(marks=(("a5", "a57"), ("u1",)))) == urls("a", "b")
    assert found("材料", filters=Filters(marks=(("b12",), ("u4",)))) == []
    assert found("", filters=Filters(marks=(("u1",),))) == urls("a", "b")
    assert found("材料", within=Reach({"members"}, barred={"b1"})) == urls("b")
    fence = tokens._FENCE
    marks = ("b", "b1", "b12", "a57", "u1", "kcampaignsnotice", "t材料", "t")
    for words in (*marks, *(fence + one for one in marks), fence):
        assert found(words) == [], words


def test_titles_alone_and_days() -> None:
    put("a", "材料怎么减", "题外话", minutes=3 * 24 * 60)
    put("b", "别的题目", "材料怎么减", minutes=1)
    put("c", "材料怎么减", "回帖", minutes=2, is_titled=False)
    titles = Filters(in_title=True)
    assert found("怎么减", filters=titles) == urls("a")
    assert found("减", filters=titles) == urls("a")
    assert found("题外", filters=titles) == []
    day = clock.now() - timedelta(days=1)
    assert found("怎么减", filters=Filters(since=day)) == urls("b", "c")
    assert found("怎么减", filters=Filters(before=day)) == urls("a")


def test_the_closest_first_whatever_the_database(app: Flask) -> None:
    put("words", "别的", "怎么减材料，怎么减表", minutes=1)
    put("phrase", "别的", "说说材料 怎么减吧", minutes=2)
    put("half", "材料堆成山", "怎么减", minutes=3)
    put("title", "材料怎么减", "正文", minutes=4)
    put("whole", "材料 怎么减", "正文", minutes=5)
    closest = Filters(order="closest")
    with counted(app) as seen:
        hits = found("材料 怎么减", filters=closest, within=MEMBERS)
    assert hits == urls("whole", "title", "half", "phrase", "words")
    assert len(seen) == 2


def test_the_closest_are_sought_among_the_newest_and_by_title(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "WEIGHED", 2)
    put("old", "材料", minutes=9)
    put("older", "题目", "材料", minutes=8)
    for number in range(2):
        put(f"new{number}", "题目", "材料", minutes=number)
    assert found("材料", filters=Filters(order="closest")) == urls("old", "new0", "new1")


def test_remarking_changes_marks_and_scope_and_keeps_the_words() -> None:
    put("a", "材料", "正" * 5_000 + "结尾", marks=["b1"])
    search.remark(KIND, ["a"], add=["b2"], remove=["b1"], scope="public")
    assert found("材料", filters=Filters(marks=(("b1",),))) == []
    assert found("结尾", SYSTEM, filters=Filters(marks=(("b2",),))) == urls("a")
    if db.engine.dialect.name == "sqlite":
        check = "INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"
        db.session.execute(text(check))


# --- Putting and dropping -------------------------------------------------------------------


def test_putting_again_replaces() -> None:
    put("a", "旧的题目")
    put("a", "新的题目")
    assert found("旧的") == []
    assert found("新的") == urls("a")
    assert db.session.scalar(select(func.count()).select_from(SearchEntry)) == 1


def test_dropped_is_gone_and_leaves_no_trace_in_the_index() -> None:
    put("a", "秘密的题目")
    put("b", "别的题目")
    search.drop(KIND, "a")
    assert found("秘密") == []
    assert found("题目") == urls("b")
    if db.engine.dialect.name == "sqlite":
        check = "INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"
        db.session.execute(text(check))


def test_dropping_one_kind_leaves_the_same_id_of_another() -> None:
    put("7", "材料")
    put("7", "材料", kind=OTHER)
    search.drop(KIND, 7)
    assert found("材料") == ["/campaigns/7"]


def test_rollback_takes_it_back() -> None:
    put("a", "材料")
    db.session.rollback()
    assert found("材料") == []


def test_long_text_is_found_to_its_end_and_once() -> None:
    body = "开头的话。" + "材料" * 4000 + "结尾的话。"
    put("a", "长文", body)
    assert found("结尾的话") == urls("a")
    assert found("材料") == urls("a")


def test_words_across_two_pieces_are_found() -> None:
    body = "甲" * (search.CHUNK - 3) + "跨过边界的一句话" + "乙" * 100
    put("a", "长文", body)
    assert found("跨过边界的一句话") == urls("a")


def test_rows_for_bulk_insertion_are_those_of_put() -> None:
    at = clock.now()
    db.session.execute(SearchEntry.__table__.insert(), search.rows(KIND, "a", "标题", "正文", at))
    assert found("正文") == urls("a")


# --- What is shown --------------------------------------------------------------------------


def test_words_around_the_match_are_marked() -> None:
    put("a", "题目", "前" * 300 + "调研怎么下得去" + "后" * 300)
    (hit,) = search.find("下得去", READER).rows
    assert "<mark>下得去</mark>" in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")


def test_title_and_body_are_escaped() -> None:
    put("a", "<script>材料</script>", "<img src=x onerror=y>材料")
    (hit,) = search.find("材料", READER).rows
    assert "<script>" not in hit.title
    assert "<img" not in hit.snippet
    assert "<mark>材料</mark>" in hit.title


def test_a_page_is_read_from_the_index_without_sorting(app: Flask) -> None:
    """A word of a million texts costs what a word of twenty does."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses its way by what it knows of the words")
    matching = search.that_match("基层", search.reach(READER), Filters())
    assert matching is not None
    page = matching.order_by(search.FTS_ROW.desc()).limit(search.PAGE)
    said = str(page.compile(db.engine, compile_kwargs={"literal_binds": True}))
    with db.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")]
    assert plan[0].startswith("SCAN search_index VIRTUAL TABLE")
    assert plan[1].startswith("SEARCH search_entries USING INTEGER PRIMARY KEY")
    assert len(plan) == 2


def test_no_way_of_searching_looks_at_every_entry(app: Flask) -> None:
    """What PostgreSQL keeps of the tokens answers, by its index, in both orders."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's plan is tested above")
    put("a", "基层的事", "说一说")
    kept = "SELECT count(*) FROM search_entries WHERE vector = to_tsvector('simple', tokens)"
    assert db.session.scalar(text(kept)) == 1
    both = [
        search.that_match("基层", search.reach(READER), Filters(), in_title)
        for in_title in (False, True)
    ]
    for way in ("seqscan", "indexscan"):  # of so few entries it may read all, one way or another
        db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    for asked in (both[0], search.to_weigh(*both)):
        assert asked is not None
        said = str(asked.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(db.session.scalars(text(f"EXPLAIN {said}".replace(":", "\\:"))))
        assert "ix_search_entries_vector" in plan
        assert "Seq Scan" not in plan


def test_an_entry_begins_with_its_second() -> None:
    """So that the newest come first by id, whenever they were indexed."""
    now = clock.now()
    assert search.place(now) < search.place(now + timedelta(seconds=1))
    assert search.place(now, 5) == search.place(now, 5 + (1 << search.SERIAL_BITS))
    assert search.place(now) != search.place(now)
