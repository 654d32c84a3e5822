"""Which photographs the course can show without a download, and whom to thank for them.

Author, licence and source are written as the packages that ship the photographs state them: scikit-image in the
docstrings of `skimage.data`, scikit-learn in `sklearn/datasets/images/README.txt`, Matplotlib in the file itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NOT_STATED = "not stated"


@dataclass(frozen=True)
class Credit:
    """What stands under a photograph.

    Attributes
    ----------
    name : str
        The name for `load_photo`.
    title, author, licence, source : str
        What it shows, who made it, how it may be used, where it comes from.
    """

    name: str
    title: str
    author: str
    licence: str
    source: str

    def __str__(self) -> str:
        """Return one line for the foot of a figure."""
        return f"{self.title}. Photograph: {self.author}. Licence: {self.licence}. Source: {self.source}."


@dataclass(frozen=True)
class ShippedPhoto:
    """A photograph inside an installed package: the package, the path in it, the credit."""

    package: str
    path: str
    credit: Credit


def _shipped(package: str, path: str, *credit: str) -> ShippedPhoto:
    name = Path(path).stem.removesuffix("_motion")
    return ShippedPhoto(package, path, Credit(name, *credit))


_PHOTOS = (
    _shipped(
        "skimage",
        "data/astronaut.png",
        "Astronaut Eileen Collins",
        "NASA",
        "public domain, no known copyright restrictions",
        "NASA Great Images database, https://flic.kr/p/r9qvLn, in scikit-image",
    ),
    _shipped(
        "skimage",
        "data/camera.png",
        "Man with a camera on a tripod (grey levels)",
        "Lav Varshney",
        "CC0",
        "scikit-image",
    ),
    _shipped("skimage", "data/chelsea.png", "Chelsea the cat", "Stefan van der Walt", "CC0", "scikit-image"),
    _shipped(
        "skimage",
        "data/clock_motion.png",
        "Motion-blurred wall clock (grey levels)",
        "Stefan van der Walt",
        "public domain",
        "scikit-image",
    ),
    _shipped(
        "skimage",
        "data/coffee.png",
        "Coffee cup",
        "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        "CC0",
        "scikit-image",
    ),
    _shipped(
        "skimage",
        "data/coins.png",
        "Greek coins from Pompeii (grey levels)",
        NOT_STATED,
        "no known copyright restrictions",
        "Brooklyn Museum Collection, https://www.brooklynmuseum.org/opencollection/archives/image/51611, "
        "in scikit-image",
    ),
    _shipped(
        "skimage",
        "data/hubble_deep_field.jpg",
        "Hubble eXtreme Deep Field",
        "NASA",
        "may be freely used in the public domain",
        "HubbleSite, http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/, in scikit-image",
    ),
    _shipped(
        "skimage",
        "data/retina.jpg",
        "Human retina",
        "Mikael Häggström",
        "CC0 1.0",
        "https://commons.wikimedia.org/wiki/File:Fundus_photograph_of_normal_left_eye.jpg, in scikit-image",
    ),
    _shipped(
        "skimage",
        "data/rocket.jpg",
        "Launch of DSCOVR on a Falcon 9",
        "SpaceX",
        "public domain",
        "https://www.flickr.com/photos/spacexphotos/16511594820/in/photostream/, in scikit-image",
    ),
    _shipped(
        "sklearn",
        "datasets/images/china.jpg",
        "A palace in China",
        "danielbuechele (Flickr), some rights reserved",
        "CC BY 2.0",
        "https://www.flickr.com/photos/danielbuechele/6061409035/sizes/z/in/photostream/, in scikit-learn",
    ),
    _shipped(
        "sklearn",
        "datasets/images/flower.jpg",
        "A flower",
        # The README of scikit-learn names danielbuechele again but links to this account and its photograph.
        "vultilion (Flickr), some rights reserved",
        "CC BY 2.0",
        "https://www.flickr.com/photos/vultilion/6056698931/sizes/z/in/photostream/, in scikit-learn",
    ),
    _shipped(
        "matplotlib",
        "mpl-data/sample_data/grace_hopper.jpg",
        "Grace Hopper",
        NOT_STATED,
        NOT_STATED + " in the package; see the source",
        "http://commons.wikimedia.org/wiki/File:Grace_Hopper.jpg, in Matplotlib",
    ),
)
SHIPPED = {photo.credit.name: photo for photo in sorted(_PHOTOS, key=lambda photo: photo.credit.name)}


def photo_names() -> tuple[str, ...]:
    """Return the names of the photographs that come with the installed packages.

    Examples
    --------
    >>> "coffee" in photo_names()
    True
    """
    return tuple(SHIPPED)


def photo_credit(name: str | Path) -> Credit:
    """Return title, author, licence and source of a photograph, as the package that ships it states them.

    Parameters
    ----------
    name : str or Path
        One of `photo_names()`, or the path of a photograph of your own. Of the latter only the file name is known.

    Raises
    ------
    ValueError
        When `name` is neither.

    Examples
    --------
    >>> photo_credit("chelsea").author, photo_credit("chelsea").licence
    ('Stefan van der Walt', 'CC0')
    """
    if isinstance(name, str) and name in SHIPPED:
        return SHIPPED[name].credit
    if is_path(name):
        file = Path(name).name
        return Credit(file, file, NOT_STATED, NOT_STATED, "own file")
    raise unknown_photo(name)


def is_path(name: str | Path) -> bool:
    """Tell a path from a mistyped name: a path has a folder or an ending, or exists."""
    path = Path(name)
    return isinstance(name, Path) or path.name != name or path.suffix != "" or path.exists()


def unknown_photo(name: str | Path) -> ValueError:
    """Return the error for a name that is no photograph; it lists the names."""
    known = ", ".join(SHIPPED)
    return ValueError(f"name: no photograph {str(name)!r}; the names are {known}; or give the path of a file")
