"""Differences between versions: each paragraph named, nothing lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from moderation.difference import SPAN_LIMIT, Difference, difference
from moderation.models import Revision


def revision(*lines: str, title: str | None = None, html: str | None = None) -> Revision:
    return Revision(title=title, body_html=html or "".join(f"<p>{line}</p>" for line in lines))


def kinds(found: Difference) -> list[str]:
    return [change.kind for change in found.changes]


def test_each_paragraph_is_named() -> None:
    found = difference(revision("甲", "乙一", "丙", "丁"), revision("甲", "乙二", "丙", "戊", "丁"))
    assert kinds(found) == ["same", "changed", "same", "added", "same"]
    spans = [(span.kind, span.text) for span in found.changes[1].spans]
    assert spans == [("same", "乙"), ("removed", "一"), ("added", "二")]


def test_removed_paragraphs_are_named() -> None:
    assert kinds(difference(revision("甲", "乙", "丙"), revision("甲", "丙"))) == [
        "same",
        "removed",
        "same",
    ]


def test_long_unchanged_stretches_are_counted() -> None:
    lines = [f"第{n}段" for n in range(20)]
    found = difference(revision(*lines), revision(*lines[:-1], "改过的一段"))
    assert kinds(found) == ["skipped", "same", "changed"]
    assert found.changes[0].count == 18


def test_a_new_title_is_shown() -> None:
    found = difference(revision("甲", title="旧标题"), revision("甲", title="新标题"))
    assert found.title is not None
    assert not found.is_only_format


def test_only_format() -> None:
    found = difference(revision("甲"), revision(html="<p><strong>甲</strong></p>"))
    assert found.is_only_format


def test_very_long_paragraphs_are_shown_whole() -> None:
    old, new = "的" * (SPAN_LIMIT + 1), "了" * 3
    spans = difference(revision(old), revision(new)).changes[0].spans
    assert [(span.kind, span.text) for span in spans] == [("removed", old), ("added", new)]


line = st.text(alphabet="甲乙丙丁", min_size=1, max_size=6)


@given(st.lists(line, max_size=8), st.lists(line, max_size=8))
def test_both_versions_can_be_read_out_of_the_difference(old: list[str], new: list[str]) -> None:
    before, after = revision(*old), revision(*new)
    found = difference(before, after)
    skipped = sum(change.count for change in found.changes)
    read_old = "".join(
        "".join(span.text for span in change.spans if span.kind != "added")
        if change.kind == "changed"
        else change.text
        for change in found.changes
        if change.kind in ("same", "removed", "changed")
    )
    read_new = "".join(
        "".join(span.text for span in change.spans if span.kind != "removed")
        if change.kind == "changed"
        else change.text
        for change in found.changes
        if change.kind in ("same", "added", "changed")
    )
    if skipped == 0:
        assert read_old == "".join(old)
        assert read_new == "".join(new)
