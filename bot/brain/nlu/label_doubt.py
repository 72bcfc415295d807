"""Training rows that are probably filed under the wrong intent, and how much less to believe them.

In real bots every twelfth example or so is misfiled. A model that never saw a row tells: where it gives another intent
far more than the row's own, the row stands alone against its neighbours. It stays in, but is trusted less.
"""

from __future__ import annotations

import numpy as np

from bot.brain.nlu.kernel_regression import Floats, Ints

_ALLOWED = 0.2
"""By how much another intent may lead: neighbouring intents share many wordings."""

_SEVERITY = 5.0

DOUBTED = 2.0
"""From this factor on a row is a doubted one."""


def doubt(left_out: Floats, labels: Ints) -> Floats:
    """For each row the factor by which its ridge grows: 1 where its label fits, some 50 for a plain contradiction.

    `left_out` are the rows' scores from models that never saw them.
    """
    rows = np.arange(len(labels))
    others = left_out.copy()
    others[rows, labels] = -np.inf
    lead = others.max(axis=1) - left_out[rows, labels]
    return np.asarray(np.exp(_SEVERITY * np.maximum(lead - _ALLOWED, 0)), np.float32)
