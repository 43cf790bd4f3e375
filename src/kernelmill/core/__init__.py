"""The nouns. Imported by everything, importing nothing of ours and nothing outside the standard library.

    task.py       what to compute            verdict.py   what the judge found
    workload.py   one concrete case of it    record.py    candidate + verdict + machine: a row of the archive
    candidate.py  source files to judge      budget.py    seconds, evaluations, tokens, money
    platform.py   where it runs              author.py    who writes candidates

Beside them: `errors` (what a person reads when a request is bad), `dtypes`, `formula` (arithmetic over axes), `machine`
(what the hardware offers), `spec` (`x86{cc=clang}` <-> plug-in) and `registry` (name -> plug-in class).
"""
