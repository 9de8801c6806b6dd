"""What leaves a survey as a file: tables for everybody who may read the results, rows for the office.

Tables (tables.py) are what the results page shows, no figure more. Rows (rows.py) are responses one
by one; rule.py says of which surveys they may leave at all. Columns (columns.py) keep their names
and places over all versions of a form, and the codebook says what each holds.
"""
