"""Who writes without a name: whoever holds the tracking code of one letter, and nobody else."""

from __future__ import annotations

from accounts.session import Stranger


class CodeHolder(Stranger):
    """The unnamed writer of one letter, known by its tracking code alone."""

    is_untraced = True  # what it does leaves no event: an event has a moment

    def __init__(self, letter_id: int) -> None:
        self.letter_id = letter_id
