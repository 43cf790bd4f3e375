"""Words a person types. No logic that a test of the layers below could not reach.

main.py     the application, and what an error looks like     show.py      answers as tables
look.py     doctor, tasks, peaks                               live.py      progress on stderr
work.py     judge, optimize, bench, rejudge                    past.py      report, evidence, runs
"""
