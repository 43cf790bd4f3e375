"""The offline author: lowers the task's reference to a loop program, proposes schedules of legal moves, prints each as source.

draft.py      a program under a growing schedule               author.py    the author `schedule`
shape.py      what a program looks like: nests, strides, cost   space.py     recipes with their knobs, and how to vary a schedule
rows.py       the recipe for rows: inline, fuse, localize, vectorize, parallelize
contract.py   the recipe for contractions: register tile, packed panels, cache blocks
"""
