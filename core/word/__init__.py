"""Word documents (.docx): read into HTML for the one cleaning door, and written from a document.

Reading knows what a text here may hold. What a word processor keeps beside the text (tracked
deletions, comments, pictures, whose machine it was) is left out and counted, so that the writer
can be told. Written documents say nothing of the machine that made them.
"""

from .drawing import Shown
from .reader import WordText, read
from .telling import told
from .upload import take
from .writer import WordFile

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

__all__ = ["MIME", "Shown", "WordFile", "WordText", "read", "take", "told"]
