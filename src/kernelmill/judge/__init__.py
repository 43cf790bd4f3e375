"""Decides whether a candidate is right and whether it is faster; owns every process in which foreign code runs.

process    arenas and runners: start, call, stop, kill           sandbox    isolation levels, compile commands
decision   restarts, looks, intervals: FASTER or not             clock      load, locks, the machine's state
right      correctness                                           native     the C sources beneath all of them
"""
