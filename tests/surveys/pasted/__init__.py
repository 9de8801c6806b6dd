"""Texts as offices paste them: the first line of each file names the kind of each question."""
