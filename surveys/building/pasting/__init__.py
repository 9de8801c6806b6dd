"""Numbered text, as offices write it in Word and chats, read into questions.

Nothing is refused: what is not understood is told, line by line, and left to the reader.
"""

from .reading import Pasted, Told, read
from .word import text_of

__all__ = ["Pasted", "Told", "read", "text_of"]
