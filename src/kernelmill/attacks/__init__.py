"""Attacks on the judge: hostile candidates, each with an honest twin and a judge in which it wins because one defence is off.

`table` reads them, `trial` has one judged, `suite` runs a selection, `naive` is the judge without any of this.
"""
