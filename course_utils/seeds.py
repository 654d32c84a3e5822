"""The one place for seeds: every random number of the course is drawn from a generator made here.

A generator is derived from the course's seed and a key that names its purpose, so that two places never share
a stream by accident and adding a draw in one place changes nothing in another. The global random state of
torch and NumPy is never touched.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import torch

SEED = 20
"""The seed of the course. Change it and every drawn number changes with it."""


def derive(*key: object, seed: int = SEED) -> int:
    """Mix a seed and a key into an integer below 2**63, the same on every machine.

    Examples
    --------
    >>> derive("smooth_grad", 3) == derive("smooth_grad", 3)
    True
    >>> derive("smooth_grad", 3) == derive("smooth_grad", 4)
    False
    """
    text = repr((int(seed), *(str(part) for part in key)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(*key: object, seed: int = SEED) -> torch.Generator:
    """Return a torch generator on the CPU for the purpose that `key` names.

    Examples
    --------
    >>> import torch
    >>> a = torch.rand(2, generator=generator("example"))
    >>> bool((a == torch.rand(2, generator=generator("example"))).all())
    True
    """
    import torch

    return torch.Generator().manual_seed(derive(*key, seed=seed))


def rng(*key: object, seed: int = SEED) -> np.random.Generator:
    """Return a NumPy generator for the purpose that `key` names.

    Examples
    --------
    >>> bool(rng("example").random() == rng("example").random())
    True
    """
    import numpy as np

    return np.random.default_rng(derive(*key, seed=seed))
