"""The loop: choose parents, ask authors, call the judge, tell the archive, keep the budget.

requests.py   words of a request -> tasks, platforms     loop.py       ask, judge, append, tell; resumes
judging.py    what is needed of a judge                  finals.py     verdict and confirmation of the best
strategies/   which parents, how many children           optimize.py   a whole run
watch.py      progress, for whoever listens              bench.py      many runs and what they say together
score.py      one scale for candidates of a run          deliver/      the folder a user deploys
"""
