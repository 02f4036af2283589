"""What a company's last day shows of its history: deals, and their stays as spells."""

import numpy as np

from yaad.demo import Paths
from yaad.measures.statistics import Ending, Spells


def lengths(paths: Paths, now: float, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Days so far of each stay in the stage at `place` that began by day `now`, and its `Ending` as seen then."""
    began = paths.entered[:, place]
    here = began <= now
    onward = paths.entered[here, place + 1]
    lost = np.where(paths.lost_step[here] == place, paths.lost[here], np.inf)
    end = np.minimum(onward, lost)
    ending = np.where(end <= now, np.where(onward <= lost, Ending.ADVANCED, Ending.LOST), Ending.OPEN)
    return np.minimum(end, now) - began[here], ending


def spells(paths: Paths, now: float, place: int) -> Spells:
    """The same, counted."""
    return Spells.count(*lengths(paths, now, place))
