"""Photographs: those of the packages, one's own, and files that are none."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from course_utils.assets import load_photo, photo_credit, photo_names


@pytest.mark.parametrize("name", photo_names())
def test_every_photograph_loads_and_has_a_credit(name):
    photo = load_photo(name, size=96)
    assert photo.shape == (1, 3, 96, 96)
    assert photo.dtype == torch.float32
    assert photo.is_contiguous()
    assert photo.min() >= 0
    assert photo.max() <= 1
    assert photo.std() > 0.02  # a picture, not a blank
    credit = photo_credit(name)
    assert credit.name == name
    assert all([credit.title, credit.author, credit.licence, credit.source])
    assert all(part in str(credit) for part in (credit.title, credit.author, credit.licence, credit.source))


def test_the_names_are_sorted():
    assert {"coffee", "chelsea", "rocket", "china", "flower"} <= set(photo_names())
    assert list(photo_names()) == sorted(photo_names())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("coffee", "CC0 by the photographer (Rachel Michetti)"),
        ("chelsea", "CC0 by the photographer (Stefan van der Walt)"),
        ("camera", "CC0 by the photographer (Lav Varshney)"),
        ("rocket", "captured by SpaceX and `released in the public domain"),
        ("astronaut", "No known copyright restrictions, released into the public domain"),
        ("clock", "Released into the public domain by the photographer (Stefan van der Walt)"),
        ("coins", "No known copyright restrictions"),
        ("hubble_deep_field", "may be freely used in the public domain"),
        ("retina", "Creative Commons CC0 1.0 Universal"),
    ],
)
def test_the_credits_are_what_scikit_image_states(name, words):
    """When this fails, scikit-image has changed what it says: read it and change the credit."""
    from skimage import data

    assert words in " ".join(getattr(data, name).__doc__.split())


def test_the_credits_are_what_scikit_learn_states():
    package = find_spec("sklearn").submodule_search_locations[0]
    readme = (Path(package) / "datasets" / "images" / "README.txt").read_text()
    for name in ("china", "flower"):
        assert photo_credit(name).source.split(",")[0] in readme
    assert "creativecommons.org/licenses/by/2.0" in readme


def test_a_wrong_name_lists_the_names():
    with pytest.raises(ValueError, match=r"no photograph 'cofee'; the names are astronaut, camera, .*rocket"):
        load_photo("cofee")
    with pytest.raises(ValueError, match="no photograph 'cofee'"):
        photo_credit("cofee")


@pytest.mark.parametrize("size", [0, -1, 2.5, True, 5000, "224"])
def test_a_wrong_size_is_named(size):
    with pytest.raises(ValueError, match="size: got"):
        load_photo("coffee", size=size)


def test_a_wrong_type_is_named():
    with pytest.raises(TypeError, match="name: got int"):
        load_photo(3)


@pytest.fixture
def halves() -> Image.Image:
    """A picture of 200 × 100 pixels whose left half is red and whose right half is blue."""
    pixels = np.zeros((100, 200, 3), dtype=np.uint8)
    pixels[:, :100, 0] = 255
    pixels[:, 100:, 2] = 255
    return Image.fromarray(pixels)


def test_the_middle_square_is_cut_out_undistorted(tmp_path, halves):
    halves.save(tmp_path / "own.png")
    photo = load_photo(tmp_path / "own.png", size=100)
    assert photo[0, 0, :, :49].min() == 1
    assert photo[0, 0, :, 51:].max() == 0
    assert photo[0, 2, :, 51:].min() == 1
    assert torch.equal(photo, load_photo(str(tmp_path / "own.png"), size=100))


def test_the_rotation_noted_by_the_camera_is_applied(tmp_path, halves):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90° clockwise to see the picture upright
    halves.save(tmp_path / "turned.png", exif=exif)
    photo = load_photo(tmp_path / "turned.png", size=100)
    assert photo[0, 0, :49].min() == 1  # red is above now
    assert photo[0, 2, 51:].min() == 1


def test_the_resize_is_antialiased(tmp_path):
    stripes = np.zeros((512, 512, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "stripes.png")
    photo = load_photo(tmp_path / "stripes.png", size=64)
    assert (photo[..., 4:-4] - 0.5).abs().max() < 0.05  # picking single pixels would give black or white


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "LA"])
def test_other_colour_modes_become_red_green_blue(tmp_path, halves, mode):
    ending = "jpg" if mode == "CMYK" else "png"
    halves.convert("L").convert(mode).save(tmp_path / f"own.{ending}")
    assert load_photo(tmp_path / f"own.{ending}", size=50).shape == (1, 3, 50, 50)


def test_transparency_is_laid_on_white(tmp_path):
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert load_photo(tmp_path / "clear.png", size=32).min() == 1


def test_more_than_eight_bits_are_refused(tmp_path):
    Image.fromarray(np.full((64, 64), 40_000, dtype=np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(ValueError, match="more than 8 bits"):
        load_photo(tmp_path / "deep.png")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.jpg does not exist"):
        load_photo(tmp_path / "nothing.jpg")
    with pytest.raises(FileNotFoundError, match=r"nothing\.jpg does not exist"):
        load_photo("nothing.jpg")
    with pytest.raises(FileNotFoundError, match="is a folder"):
        load_photo(tmp_path)


def test_a_file_that_is_no_picture_is_refused(tmp_path, halves):
    (tmp_path / "text.jpg").write_text("not a picture")
    with pytest.raises(ValueError, match=r"text\.jpg cannot be read as a picture.*save it as JPEG or PNG"):
        load_photo(tmp_path / "text.jpg")
    halves.save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:100])
    with pytest.raises(ValueError, match=r"cut\.png cannot be read"):
        load_photo(tmp_path / "cut.png")


def test_a_tiny_picture_is_refused(tmp_path):
    Image.new("RGB", (200, 20)).save(tmp_path / "tiny.png")
    with pytest.raises(ValueError, match="is 200 × 20 pixels, expected at least 32 × 32"):
        load_photo(tmp_path / "tiny.png")


def test_the_credit_of_ones_own_photograph(tmp_path):
    credit = photo_credit(tmp_path / "holiday.jpg")
    assert (credit.title, credit.author, credit.source) == ("holiday.jpg", "not stated", "own file")
