"""Photographs as tensors: those that come with the installed packages, and a student's own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from course_utils.assets.photo_credits import SHIPPED, is_path, unknown_photo

SMALLEST_SIDE = 32
"""Below this many pixels a photograph holds too little to be enlarged."""


def load_photo(name: str | Path, size: int = 224) -> Tensor:
    """Load a photograph as a square tensor: the middle of the picture, resized.

    Parameters
    ----------
    name : str or Path
        One of `photo_names()`, or the path of a JPEG or PNG file. The rotation that a camera noted in the file is
        applied; grey photographs become three equal channels; transparency is laid on white.
    size : int
        Side of the square in pixels. The middle square is cut out first, so that nothing is distorted, and resized
        with bicubic interpolation and antialiasing.

    Returns
    -------
    Tensor of shape (1, 3, size, size), float32
        Red, green and blue in [0, 1].

    Raises
    ------
    ValueError
        When `name` is no known name and no path, when the file is no picture, or when a side is below 32 pixels.
    FileNotFoundError
        When the path leads to no file.

    Examples
    --------
    >>> load_photo("coffee", size=64).shape
    torch.Size([1, 3, 64, 64])
    """
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 4096:
        raise ValueError(f"size: got {size!r}, expected a whole number of pixels from 1 to 4096")
    path = _locate(name)
    square = ImageOps.fit(_open(path), (size, size), method=Image.Resampling.BICUBIC)
    pixels = torch.from_numpy(np.array(square))  # (size, size, 3) uint8
    return pixels.permute(2, 0, 1)[None].float().div(255).contiguous()


def _locate(name: str | Path) -> Path:
    """Return the file of a photograph; the packages are found without importing them."""
    if not isinstance(name, str | Path):
        raise TypeError(f"name: got {type(name).__name__}, expected the name of a photograph or a path")
    if isinstance(name, str) and name in SHIPPED:
        photo = SHIPPED[name]
        spec = find_spec(photo.package)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(f"{name}: the package {photo.package} that ships it is not installed")
        path = Path(spec.origin).parent / photo.path
    elif is_path(name):
        path = Path(name).expanduser()
    else:
        raise unknown_photo(name)
    if not path.is_file():
        there = "is a folder" if path.is_dir() else "does not exist"
        raise FileNotFoundError(f"name: {path} {there}; expected a JPEG or PNG file")
    return path


def _open(path: Path) -> Image.Image:
    """Read a file as an upright RGB picture."""
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"name: {path} cannot be read as a picture ({error}); save it as JPEG or PNG and try again"
        ) from error
    if min(picture.size) < SMALLEST_SIDE:
        raise ValueError(
            f"name: {path} is {picture.width} × {picture.height} pixels, expected at least "
            f"{SMALLEST_SIDE} × {SMALLEST_SIDE}"
        )
    if picture.mode.startswith(("I", "F")):
        raise ValueError(f"name: {path} has more than 8 bits per channel; save it as an 8-bit JPEG or PNG")
    if picture.has_transparency_data:
        on_white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(on_white, picture.convert("RGBA"))
    return picture.convert("RGB")
