"""What is remembered: append-only records chained by hashes, and the runs they belong to.

place.py    where the archive lies            schema.py   the tables, and what a row says
store.py    `Archive`: append, query          chain.py    `verify`: one changed byte anywhere is found
"""
