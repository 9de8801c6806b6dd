"""The office's workshop: making a form, changing it, and what a change means for its answers."""
