"""The search tokens, on a real FTS5 table and a real tsvector: the same answers from both."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import tokens
from core.tokens import _SAFE, fts5_match, pg_query
from tests.conftest import POSTGRESQL, missing

NOTICES = [
    "各地州市党委组织部，自治区各部委组织部门：",
    "开展“双满意”大讨论活动，从4月15日到5月31日，为期一个半月。",
    "二〇〇八年，学习GB18030-2022标准；Émile 读了 3.14 节，don't stop.",
    "调查研究要深入基层，问题和差距要一条一条摆出来。",
    "ئۇيغۇرچە ۋە خەنزۇچە ئىككى تىللىق مۇلازىمەت",
    "𠮷野家在㐂乐街，々号〇室。ＡＢＣ全角１２３",
    "カタカナとひらがな、한국어 검색, ꆈꌠꁱꂷ",
    "हिन्दी में खोज · ภาษาไทย · бүгін 讨论",
    "南京市长江大桥的讨论讨论讨论",
]
FTS = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"


class Engines:
    """The two indexes over the same texts."""

    def __init__(self, connection: sa.Connection) -> None:
        self.sqlite = sqlite3.connect(":memory:")
        self.sqlite.execute(f'CREATE VIRTUAL TABLE texts USING fts5(tokens, tokenize="{FTS}")')
        self.postgresql = connection
        connection.exec_driver_sql("CREATE TEMPORARY TABLE texts (id int, tokens text)")

    def fill(self, texts: list[str]) -> None:
        made = [(number, tokens.tokens(text)) for number, text in enumerate(texts, start=1)]
        self.sqlite.execute("DELETE FROM texts")
        self.sqlite.executemany("INSERT INTO texts (rowid, tokens) VALUES (?, ?)", made)
        self.postgresql.exec_driver_sql("DELETE FROM texts")
        self.postgresql.execute(
            sa.text("INSERT INTO texts VALUES (:id, :tokens)"),
            [{"id": number, "tokens": made_tokens} for number, made_tokens in made],
        )

    def find(self, words: str) -> set[int]:
        """The texts that match, once both engines have said the same."""
        match, query = fts5_match(words), pg_query(words)
        assert (match is None) == (query is None)
        if match is None:
            return set()
        rows = self.sqlite.execute("SELECT rowid FROM texts WHERE texts MATCH ?", [match])
        here = {row[0] for row in rows}
        statement = sa.text(
            "SELECT id FROM texts WHERE to_tsvector('simple', tokens) @@ to_tsquery('simple', :q)"
        )
        there = {row[0] for row in self.postgresql.execute(statement, {"q": query})}
        assert here == there, (words, match, query)
        return here


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    server = sa.create_engine(POSTGRESQL)
    try:
        with server.connect() as connection:
            yield Engines(connection)
    except sa.exc.OperationalError:
        missing("PostgreSQL")
    finally:
        server.dispose()


def test_tokens_are_pairs_words_and_numbers() -> None:
    assert tokens.tokens("学习GB18030标准") == "学习 习 gb 18030 标准 准"
    assert tokens.tokens("讨论，ＡＢＣ　abc") == "讨论 论 abc abc"
    assert tokens.tokens("一") == "一"
    assert tokens.tokens("２０２５ ٢٠٢٥") == "2025 2025"
    assert tokens.tokens("") == tokens.tokens("……！？\ud83d") == ""


def test_a_word_is_not_parted_by_what_nobody_sees() -> None:
    assert tokens.tokens("讨\u200b论 dis\u00adcuss ❤\ufe0f") == tokens.tokens("讨论 discuss")


def test_every_part_of_two_characters_or_more_is_found(engines: Engines) -> None:
    """And nothing else: a phrase of pairs is exact."""
    engines.fill(NOTICES)
    for number, notice in enumerate(NOTICES, start=1):
        for run in re.findall(r"[\u3400-\u9fff\U00020000-\U0003ffff々〇]{2,}", notice):
            for start in range(len(run) - 1):
                for end in range(start + 2, len(run) + 1):
                    part = run[start:end]
                    expected = {n for n, text in enumerate(NOTICES, start=1) if part in text}
                    assert engines.find(part) == expected, part
                    assert number in expected


def test_random_chinese_is_found_exactly(engines: Engines) -> None:
    source = random.Random(8)
    texts = ["".join(source.choices("学习讨论调查研究", k=30)) for _ in range(60)]
    engines.fill(texts)
    for _ in range(200):
        text = source.choice(texts)
        start = source.randrange(25)
        part = text[start : start + source.randint(2, 6)]
        assert engines.find(part) == {n for n, t in enumerate(texts, start=1) if part in t}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("税", set()),
        ("桥", {9}),  # one character, in the middle of a run
        ("部", {1}),
        ("长江 南京", {9}),  # both words
        ("长江 二〇〇八", set()),
        ("“双满意”大讨论", {2}),  # punctuation makes no difference
        ("4月15日到5月", {2}),
        ("半月", {2}),
        ("gb18030", {3}),
        ("18030", {3}),
        ("GB180", {3}),  # the last word may go on
        ("标准；Émile", {3}),
        ("émile", {3}),
        ("abc全角123", {6}),
        ("𠮷野", {6}),
        ("تىللىق", {5}),
        ("تىل", {5}),
        ("ひらがな", {7}),
        ("국어", {7}),
        ("ꌠꁱ", {7}),
        ("हिन्दी", {8}),
        ("x", set()),  # how a character is written as a number finds nothing by itself
        ("3007", set()),
        ("힣", set()),
        ("힣3007", set()),
        ("讨论讨论讨论", {9}),
        ("讨论讨论讨论讨论", set()),
    ],
)
def test_what_people_ask(engines: Engines, words: str, found: set[int]) -> None:
    engines.fill(NOTICES)
    assert engines.find(words) == found


_ANY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "学习讨论〇々𠮷 \t\n\"'*()&|!<->:^+-~{}\\%_,;。，ABab19éßİǅ힣ئۇ\u0301\u200d\ufe0f\x00"
        ),
    ),
    max_size=30,
)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(_ANY, min_size=1, max_size=4), words=_ANY)
@example(texts=["a AND b"], words='" OR NOT NEAR("')
@example(texts=["x"], words="'; DROP TABLE texts; --")
@example(texts=["学习"], words=":* & !学习 <-> |")
@example(texts=["a" * 3000], words="a" * 3000)
def test_no_query_is_a_syntax_error_and_both_agree(
    engines: Engines, texts: list[str], words: str
) -> None:
    engines.fill(texts)
    engines.find(words)
    for number, text in enumerate(texts, start=1):
        for part in text.split():
            if tokens.tokens(part):
                assert number in engines.find(part[: tokens.QUERY_LIMIT]), part


def test_both_engines_take_every_unnumbered_letter_as_it_is(engines: Engines) -> None:
    """Why the other letters are written as numbers: engines differ in what a letter is."""
    letters = [chr(code) for code in range(0x21, 0xD800) if re.match(f"[{_SAFE}]", chr(code))]
    assert len(letters) > 38_000
    for start in range(0, len(letters), 2000):
        part = letters[start : start + 2000]
        engines.sqlite.execute("DELETE FROM texts")
        engines.sqlite.executemany(
            "INSERT INTO texts (rowid, tokens) VALUES (?, ?)",
            [(number, f"{letter}a{letter}") for number, letter in enumerate(part, start=1)],
        )
        engines.sqlite.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, texts, row)"
        )
        terms = {row[0] for row in engines.sqlite.execute("SELECT term FROM words")}
        assert terms == {f"{letter}a{letter}" for letter in part}
        lexemes = engines.postgresql.execute(
            sa.text("SELECT unnest(tsvector_to_array(to_tsvector('simple', :t)))"),
            {"t": " ".join(f"{letter}a{letter}" for letter in part)},
        )
        assert {row[0] for row in lexemes} == terms


def test_a_query_is_bounded() -> None:
    assert len(tokens.query("学 " * 5000)) == tokens.TERM_LIMIT
    assert sum(len(phrase.tokens) for phrase in tokens.query("学习" * 5000)) <= tokens.QUERY_LIMIT
