"""Forms of other programs, read into our own with a word on what could not come along."""

from .lss import read_lss
from .surveyjs import is_surveyjs, read_surveyjs

__all__ = ["is_surveyjs", "read_lss", "read_surveyjs"]
