"""The kinds of questions, in one table: what a form may ask follows from it alone."""

from __future__ import annotations

from .base import Kind
from .choice import Multiple, Single
from .clock_time import Time
from .day import Date
from .field import QuestionField
from .matrix import Matrix
from .number import Number
from .ranking import Ranking
from .rating import Rating, Recommendation
from .silent import Calculated, Note
from .upload import File, Signature
from .words import Long, Short

__all__ = ["KINDS", "Kind", "QuestionField"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Single(),
        Multiple(),
        Matrix(),
        Short(),
        Long(),
        Number(),
        Date(),
        Time(),
        Rating(),
        Recommendation(),
        Ranking(),
        File(),
        Signature(),
        Note(),
        Calculated(),
    )
}
