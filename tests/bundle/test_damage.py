"""Every damage to a stored bundle is found before anything of it is used."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from qztopics.bundle import folder
from qztopics.bundle.arrays import npy_header
from qztopics.bundle.canonical import canonical
from qztopics.bundle.layout import list_models
from qztopics.bundle.reader import open_bundle, pointer_line
from qztopics.bundle.verify import verify
from qztopics.errors import BundleError, InputMissingError
from tests.bundle.support import plant, same

if TYPE_CHECKING:
    from pathlib import Path

POSIX = pytest.mark.skipif(os.name == "nt", reason="a system with links and FIFOs")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    plant(tmp_path, "m")
    return tmp_path / "m"


def version_folder(model: Path) -> Path:
    return next((model / "versions").iterdir())


def read_files(model: Path) -> list[Path]:
    """All files that opening reads: CURRENT, the manifest and what it names."""
    return [model / "CURRENT", *sorted(version_folder(model).iterdir())]


def put(path: Path, data: bytes) -> None:
    """Overwrite a read-only file as a fault of the disk would."""
    path.chmod(0o600)
    path.write_bytes(data)


def rewrite(model: Path, change: Any, **files: bytes) -> None:
    """Forge: change the manifest's table and some files, and make every digest right again."""
    folder = version_folder(model)
    table = json.loads((folder / "manifest.json").read_bytes())
    for name, data in files.items():
        put(folder / name, data)
        table["files"][name].update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    change(table)
    data = canonical(table, "manifest")
    digest = hashlib.sha256(data).hexdigest()
    put(folder / "manifest.json", data)
    folder.rename(folder.parent / digest[:32])
    put(model / "CURRENT", pointer_line(digest))


@pytest.mark.slow
def test_bit_flips_are_all_found(model: Path) -> None:
    draw = random.Random(5)
    files = [path for path in read_files(model) if path.stat().st_size]
    found = 0
    for _ in range(600):
        path = draw.choice(files)
        data = path.read_bytes()
        bit = draw.randrange(8 * len(data))
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        put(path, bytes(flipped))
        with pytest.raises(BundleError, match="rollback m"):
            open_bundle(model)
        assert not all(check.ok for check in verify(model))
        put(path, data)
        found += 1
    assert found == 600
    assert same(open_bundle(model))
    assert all(check.ok for check in verify(model))


def test_truncations_and_extensions_are_all_found(model: Path) -> None:
    draw = random.Random(6)
    for path in read_files(model):
        data = path.read_bytes()
        cuts = {0, len(data) - 1, *(draw.randrange(len(data) + 1) for _ in range(8))} if data else set()
        for changed in [
            *(data[:cut] for cut in sorted(cuts) if 0 <= cut < len(data)),
            data + b"\0",
            data + b"\n",
            data + data,
        ]:
            if changed == data:
                continue
            put(path, changed)
            with pytest.raises(BundleError):
                open_bundle(model)
        put(path, data)
    assert same(open_bundle(model))


def test_missing_and_extra_files_are_found(model: Path) -> None:
    for path in read_files(model):
        data = path.read_bytes()
        path.unlink()
        with pytest.raises(BundleError, match="missing"):
            open_bundle(model)
        path.write_bytes(data)
    (version_folder(model) / "extra.npy").write_bytes(b"")
    with pytest.raises(BundleError, match=r"extra\.npy: is not named by the manifest"):
        open_bundle(model)


def test_files_that_the_system_leaves_are_passed_over(model: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (version_folder(model) / name).write_bytes(b"x")
    assert same(open_bundle(model))


def test_swapped_files_are_found(model: Path) -> None:
    files = [path for path in read_files(model) if path.name != "CURRENT"]
    for first in files:
        for second in files:
            if first.name < second.name:
                one, two = first.read_bytes(), second.read_bytes()
                put(first, two)
                put(second, one)
                with pytest.raises(BundleError):
                    open_bundle(model)
                put(first, one)
                put(second, two)
    assert same(open_bundle(model))


def test_a_manifest_of_another_version_under_this_pointer_is_found(tmp_path: Path, model: Path) -> None:
    first = version_folder(model).name
    second = plant(tmp_path, "m", seed="8")
    shutil.rmtree(model / "versions" / second)
    (model / "versions" / first).rename(model / "versions" / second)
    with pytest.raises(BundleError, match="damaged or swapped"):
        open_bundle(model)


# --- forged: digests right, contents wrong ---------------------------------------------------------------------------


def test_an_80_byte_file_that_claims_16_gb_is_refused_unread(model: Path) -> None:
    lie = npy_header("<f4", (65536, 65536))[:80]
    rewrite(model, lambda t: t["files"]["lda.sstats.npy"].update(shape=[65536, 65536]), **{"lda.sstats.npy": lie})
    with pytest.raises(BundleError, match="should have 17179869312 bytes by its shape, but 80"):
        open_bundle(model)


def test_a_header_that_differs_from_the_manifest_is_refused(model: Path) -> None:
    data = (version_folder(model) / "lda.sstats.npy").read_bytes()[128:]
    for dtype, shape in (("<f4", (4, 3)), ("<f4", (12,)), ("<i4", (3, 4))):
        rewrite(model, lambda t: None, **{"lda.sstats.npy": npy_header(dtype, shape) + data})
        with pytest.raises(BundleError, match="expected the header"):
            open_bundle(model)
    object_header = npy_header("<f4", (3, 4)).replace(b"'<f4'", b"'|O' ")
    rewrite(model, lambda t: None, **{"lda.sstats.npy": object_header + data})
    with pytest.raises(BundleError, match="expected the header"):
        open_bundle(model)


def test_floats_that_are_not_finite_are_refused(model: Path) -> None:
    for bad in (np.nan, np.inf):
        data = npy_header("<f8", (3,)) + np.array([0, bad, 1], dtype="<f8").tobytes()
        rewrite(model, lambda t: None, **{"lda.alpha.npy": data})
        with pytest.raises(BundleError, match="NaN or infinity"):
            open_bundle(model)


def test_a_text_that_is_not_utf8_is_refused(model: Path) -> None:
    rewrite(model, lambda t: None, **{"vocab.txt": "海堤".encode("gbk")})
    with pytest.raises(BundleError, match="not UTF-8"):
        open_bundle(model)


def test_a_newer_schema_asks_for_an_update(model: Path) -> None:
    rewrite(model, lambda t: t.update(schema=2))
    with pytest.raises(BundleError, match=r"newer qztopics .*; update qztopics$"):
        open_bundle(model)


@pytest.mark.parametrize(
    "name", ["../../../secret.txt", "/etc/passwd", "a\\b.txt", "a\0.txt", "ａ／b.txt", ".hidden.txt", "nul.txt"]
)
def test_a_manifest_cannot_lead_out_of_its_folder(model: Path, name: str) -> None:
    (model.parent / "secret.txt").write_bytes(b"abc")
    entry = {"bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    rewrite(model, lambda t: t["files"].update({name: entry}))
    with pytest.raises(BundleError, match="file name"):
        open_bundle(model)


@pytest.mark.parametrize(
    "line",
    [
        b"", b"\n", b"qzb1 \n", b"qzb1 ../../../etc sha256:" + b"0" * 64 + b"\n", b"x" * 10_000, b"\0" * 108,
        b"qzb2 " + b"0" * 32 + b" sha256:" + b"0" * 64 + b"\n", b"qzb1 " + b"0" * 32 + b" sha256:" + b"1" * 64 + b"\n",
        b"qzb1 " + b"0" * 32 + b" sha256:" + b"0" * 64 + b"\n",
    ],
)  # fmt: skip
def test_a_wrong_pointer_is_refused(model: Path, line: bytes) -> None:
    put(model / "CURRENT", line)
    with pytest.raises(BundleError, match="rollback m"):
        open_bundle(model)
    assert [check.ok for check in verify(model)][-1] is False


@POSIX
@pytest.mark.parametrize("kind", ["symlink", "hardlink", "fifo", "folder"])
def test_links_fifos_and_folders_in_place_of_files_are_refused(model: Path, kind: str) -> None:
    for path in read_files(model):
        data = path.read_bytes()
        aside = model / "aside"
        path.rename(aside)
        if kind == "symlink":
            path.symlink_to(aside)
        elif kind == "hardlink":
            path.hardlink_to(aside)
        elif kind == "fifo":
            os.mkfifo(path)
        else:
            path.mkdir()
        with pytest.raises(BundleError, match=r"link|regular|cannot be opened"):
            open_bundle(model)
        if kind == "folder":
            path.rmdir()
        else:
            path.unlink()
        aside.rename(path)
        assert path.read_bytes() == data
    assert same(open_bundle(model))


@POSIX
def test_a_system_without_folder_descriptors_refuses_the_same(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_HAS_DESCRIPTORS", False)
    monkeypatch.setattr(folder, "_FILE_FLAGS", os.O_RDONLY)
    assert same(open_bundle(model))
    for path in (*read_files(model), model / "versions"):
        aside = model / "aside"
        path.rename(aside)
        with pytest.raises(BundleError, match=r"is missing|is not a folder"):
            open_bundle(model)
        path.symlink_to(aside)
        with pytest.raises(BundleError, match=r"symbolic link|is not a folder"):
            open_bundle(model)
        path.unlink()
        aside.rename(path)
    assert same(open_bundle(model))


@POSIX
def test_links_in_place_of_inner_folders_are_refused(model: Path) -> None:
    for path in (model / "versions", version_folder(model)):
        aside = model.parent / "aside"
        path.rename(aside)
        path.symlink_to(aside)
        with pytest.raises(BundleError, match="symbolic link"):
            open_bundle(model)
        path.unlink()
        aside.rename(path)


@POSIX
def test_the_users_own_link_to_a_model_is_followed(model: Path) -> None:
    (model.parent / "alias").symlink_to("m")
    assert same(open_bundle(model.parent / "alias"))


# --- not a bundle at all ---------------------------------------------------------------------------------------------

FOREIGN = [".joblib", ".pkl", ".pickle", ".npz", ".skops", ".safetensors", ".zip", ".onnx", ".PKL"]


@pytest.mark.parametrize("suffix", [*FOREIGN, "", ".bin"])
@pytest.mark.parametrize("magic", [b"\x80\x04N.", b"PK\x03\x04", b"qzb1 " + b"0" * 32])
def test_a_file_of_another_format_is_never_opened(tmp_path: Path, suffix: str, magic: bytes) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes(magic)
    with pytest.raises(BundleError, match="never opens; train the model with `qztopics train --model model`") as caught:
        open_bundle(path)
    assert caught.value.exit_code == 65


@pytest.mark.parametrize("suffix", FOREIGN)
def test_a_folder_with_a_model_of_another_tool_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / f"lda{suffix}").write_bytes(b"x")
    with pytest.raises(BundleError, match=r"lda\..*never opens"):
        open_bundle(tmp_path / "m")


def test_a_missing_model_lists_those_there_are(model: Path) -> None:
    plant(model.parent, "港城")
    (model.parent / "empty").mkdir()
    for name in ("other", "empty"):
        with pytest.raises(InputMissingError, match=r"there are: m, 港城$") as caught:
            open_bundle(model.parent / name)
        assert caught.value.exit_code == 66
    assert list_models(model.parent) == ("m", "港城")
    assert list_models(model.parent / "nowhere") == ()
    with pytest.raises(InputMissingError, match="qztopics train"):
        open_bundle(model.parent / "nowhere" / "m")


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "a\ud800"])
def test_impossible_paths_are_our_errors(tmp_path: Path, name: str) -> None:
    with pytest.raises((BundleError, InputMissingError)):
        open_bundle(tmp_path / name)
