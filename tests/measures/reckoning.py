"""Who subtracts answers from each other: what they learn of few, reckoned by the rank of all that they were told."""

import numpy as np

from yaad.measures.small_groups import ALL, UNDATED
from yaad.measures.withheld import LEAST


def quarter(month):
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def cells_of(dated, undated):
    """Every answer there is: place → the smallest parts that it counts, and how many rows each of them has."""
    atoms = {**dated, **{(key, UNDATED): n for key, n in undated.items()}}
    answers = {}
    for key, when in atoms:
        stretches = [ALL, when] if when == UNDATED else [ALL, when[:4], quarter(when), when]
        for stretch in stretches:
            for whose in {key, ()}:
                answers.setdefault((whose, stretch), set()).add((key, when))
    return atoms, answers


def learnt(dated, undated, hidden):
    """Places of fewer than `LEAST` rows that somebody reckons who asks everything."""
    atoms, answers = cells_of(dated, undated)
    order = {atom: place for place, atom in enumerate(atoms)}

    def vector(place):
        return [1.0 if atom in answers[place] else 0.0 for atom in order]

    known = np.array([vector(place) for place in answers if not hidden.holds(*place)]).reshape(-1, len(order))
    rank = np.linalg.matrix_rank(known) if len(known) else 0
    found = []
    for place, parts in answers.items():
        if 0 < sum(atoms[part] for part in parts) < LEAST:
            with_it = np.vstack([known, vector(place)])
            if np.linalg.matrix_rank(with_it) == rank:
                found.append(place)
    return found
