"""Whether values are right: the oracle, the error bound, the cases, the comparison and the failure report.

    sizes        shapes from a secret seed: odd, prime, one, tail-heavy, within constraints and `requires`
    cases        the plan: which shapes with which input families, which special checks
    oracle       the reference in float64 on the rounded inputs, and what it allows
    bound        4 ulp(r) * depth + 8 u sqrt(n) S + F
    shadow       S: a graph evaluated on absolute values
    monte_carlo  the bound of a graph that nobody classified
    compare      outputs against the expectation
    hints        symptom to cause
    report       the failure as text

Nothing here starts a process: candidates appear only as arrays of outputs.
"""
