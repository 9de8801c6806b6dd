"""What a post may be narrowed by in a search: marks of its entry in the index (core/search.py)."""

from __future__ import annotations

from collections.abc import Collection

from core import search

ANSWERED = "r"
NO_TAGS: Collection[int] = ()
THREADS = "forum:thread"  # the opening posts, as a part of the posts that one may search alone


def of_board(board_id: int) -> str:
    return f"b{board_id}"


def of_tag(tag_id: int) -> str:
    return f"g{tag_id}"


def of_post(
    board_id: int,
    author_id: int,
    unit_path: str,
    is_opening: bool,
    is_answered: bool,
    tag_ids: Collection[int] = NO_TAGS,
) -> list[str]:
    """The marks of a post. `unit_path`: the author's unit and those above it, as of now."""
    above = [search.unit_mark(int(part)) for part in unit_path.split("/") if part]
    found = [of_board(board_id), search.author_mark(author_id), *above, *map(of_tag, tag_ids)]
    if is_opening:
        found += [search.kind_mark(THREADS), *([ANSWERED] if is_answered else [])]
    return found
