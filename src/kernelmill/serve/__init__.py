"""The same functions for every door: the command line, Python programs and servers.

functions.py   name -> function, the one table        answers.py   what they return, as pydantic models: the stable JSON keys
look.py        functions that only look around        past.py      functions about what the archive remembers
work.py        functions that judge and search
"""
