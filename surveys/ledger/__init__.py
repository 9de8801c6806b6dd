"""The opinion ledger: what people said, word for word, merged by hand, answered by a unit.

An entry is one raw sentence with where it came from. It stands in one item, or waits, or is set
aside with a reason: one nullable column for each, and a constraint that no entry has both, so
that raw = merged + waiting + set aside holds in every channel whatever is done.
"""
