"""Rules about words: what is held, flagged or remarked on, tried on history before it counts.

A rule is kept as versions; one is live. Terms are the site's data, none stand in the program.
"""
