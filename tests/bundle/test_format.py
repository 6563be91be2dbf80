"""Names, canonical JSON, array headers and the manifest: what is accepted, and that nothing else is."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qztopics.bundle import manifest as manifests
from qztopics.bundle.arrays import DTYPES, array_over, is_finite, n_bytes, npy_header, raw_bytes, storable
from qztopics.bundle.canonical import canonical, parse, parse_json
from qztopics.bundle.names import check_file_name, check_model_name
from qztopics.errors import BundleError, UsageError
from tests.bundle.support import described

# --- names -----------------------------------------------------------------------------------------------------------

NO_NAMES = [
    "", ".", "..", "../a", "a/b", "a\\b", "/etc", "C:", "C:\\a", "a\0b", ".hidden", "a b", "a.b", "-rf", "a\n", "a\x1b[2J",
    "a／b", "．．", "ａ", "a\u202eb", "\u200ba", "a\ud800", "~", "$HOME", "a*", "con", "CON", "Nul", "com1", "LPT9", "a" * 65,
    "港" * 65, "а", "a\u0301", "…", "🚢", "﹒", "a:b", "|", "\u2028",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_bad_model_names_are_usage_errors(name: str) -> None:
    with pytest.raises(UsageError, match="model name") as caught:
        check_model_name(name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["default", "政策_2025-A", "a" * 64, "港" * 64, "𠮷", "〇", "0", "console", "_x"])
def test_good_model_names_are_kept(name: str) -> None:
    assert check_model_name(name) == name


def test_a_model_name_is_brought_to_nfc() -> None:
    assert check_model_name("\uf9d1") == "\u516d"  # a compatibility ideograph


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=70))
def test_any_text_is_a_safe_name_or_refused(name: str) -> None:
    try:
        good = check_model_name(name)
    except UsageError:
        return
    assert not set(good) & set("/\\.:\0 \n")
    assert check_model_name(good) == good


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../a.npy",
        "a/b.npy",
        "A.npy",
        "/a",
        "a\\b",
        "a\0",
        "a\n",
        "con.npy",
        "nul.txt",
        "a.",
        "中",
        "-a",
        "a" * 65,
        "ａ",
    ],
)
def test_bad_file_names_are_refused(name: str) -> None:
    with pytest.raises(BundleError):
        check_file_name(name)


# --- canonical JSON --------------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(json_values)
def test_canonical_json_comes_back_and_has_one_spelling(value: Any) -> None:
    data = canonical(value, "x")
    assert parse(data, "x") == value
    assert canonical(parse(data, "x"), "x") == data
    spaced = json.dumps(value, indent=1).encode()
    if spaced != data:
        with pytest.raises(BundleError, match="canonical"):
            parse(spaced, "x")


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), {"a": [0.5]}, np.int64(1), {1: 2}, b"x", 2**63, "\ud800", {"a": {1, 2}}]
)
def test_values_without_a_canonical_form_are_refused(value: Any) -> None:
    with pytest.raises(BundleError):
        canonical(value, "x")


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b"1.0", b"1e3", b"NaN", b"Infinity", b"-Infinity", b"", b"{", b"\xff", b"1 ",
        b"\xef\xbb\xbf{}", b"[" * 100_000, b"1" * 100_000, b'"\\ud800"', b'"\\u4e2d"', b'{"b":1,"a":1}', b'{"a": 1}', b"-0",
    ],
)  # fmt: skip
def test_other_json_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError):
        parse(data, "x")


def test_json_texts_may_have_any_layout_but_no_key_twice() -> None:
    assert parse_json('{\n "b": 1, "a": "\\u4e2d"}', "x") == {"a": "中", "b": 1}
    with pytest.raises(BundleError, match="twice"):
        parse_json('{"a": 1, "a": 1}', "x")


# --- arrays ----------------------------------------------------------------------------------------------------------

arrays = st.sampled_from([np.dtype(d) for d in DTYPES]).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


@settings(deadline=None, max_examples=200)
@given(arrays)
def test_any_numpy_reads_our_arrays(array: np.ndarray[Any, Any]) -> None:
    plain = storable(array, "x")
    data = npy_header(plain.dtype.str, plain.shape) + bytes(raw_bytes(plain))
    assert len(data) == len(npy_header(plain.dtype.str, plain.shape)) + n_bytes(plain.dtype.str, plain.shape)
    read = np.load(io.BytesIO(data), allow_pickle=False)
    assert (read.dtype, read.shape, read.tobytes()) == (array.dtype, array.shape, array.tobytes())
    ours = array_over(memoryview(bytearray(data))[len(data) - plain.nbytes :], plain.dtype.str, plain.shape)
    assert (ours.dtype, ours.shape, ours.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert not ours.flags.writeable


def test_order_and_byte_order_are_brought_to_one_form() -> None:
    square = np.arange(6, dtype=">i4").reshape(2, 3)
    for variant in (square, np.asfortranarray(square), square[::-1][::-1], square.astype("<i4")):
        assert bytes(raw_bytes(storable(variant, "x"))) == np.arange(6, dtype="<i4").tobytes()


@pytest.mark.parametrize("dtype", ["O", "f2", "i2", "c8", "U3", "S3", "M8[s]", "bool", "V4", "u8", "i4,f4"])
def test_other_types_are_refused(dtype: str) -> None:
    with pytest.raises(BundleError, match="holds only"):
        storable(np.zeros(2, dtype=dtype), "x")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_float_that_is_not_finite_is_found_anywhere(bad: float) -> None:
    for place in (0, 2**18 - 1, 2**18, 2**18 + 4):
        array = np.zeros(2**18 + 5, dtype="<f4")
        assert is_finite(array)
        array[place] = bad
        assert not is_finite(array)


# --- manifest --------------------------------------------------------------------------------------------------------

ENTRY = {"bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
ARRAY = {"bytes": 128 + 8, "sha256": "0" * 64, "dtype": "<f4", "shape": [2]}
FILES = {"vocab.txt": ENTRY, "lda.sstats.npy": ARRAY, "lda.alpha.npy": ARRAY}


def raw(**changes: Any) -> dict[str, Any]:
    return {"format": "qztopics-bundle", "schema": 1, "min_reader": 1, "files": FILES, **described(), **changes}


def test_a_manifest_is_read_as_it_was_built() -> None:
    data = manifests.build(described(), FILES)
    assert json.loads(data) == raw()
    manifest = manifests.read(data, "x")
    assert manifest.components[0].params == {"topics": 3}
    assert manifest.components[0].arrays == ["lda.sstats", "lda.alpha"]
    assert manifest.files["lda.alpha.npy"].shape == [2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"extra": 1}, 'unknown key "extra"'),
        ({"schema": 2}, "newer qztopics"),
        ({"min_reader": 9}, "newer qztopics"),
        ({"schema": 0}, "schema"),
        ({"schema": True}, "schema"),
        ({"schema": "1"}, "schema"),
        ({"format": "onnx"}, "not the manifest"),
        ({"kind": "os.system"}, None),
        ({"kind": "__import__"}, "kind"),
        ({"kind": "Lda"}, "kind"),
        ({"kind": "lda\n"}, "kind"),
        ({"seed": 7}, "seed"),
        ({"trained_with": {"numpy": 2}}, "trained_with.numpy"),
        ({"components": [{"arrays": []}]}, "kind"),
        ({"components": [{"kind": "lda.v1", "arrays": ["other"]}]}, "not there"),
        ({"components": [{"kind": "lda.v1", "texts": ["../../etc/passwd"]}]}, "not there"),
        ({"files": {**FILES, "../a.txt": ENTRY}}, "file name"),
        ({"files": {**FILES, "a.pkl": ENTRY}}, "neither"),
        ({"files": {**FILES, "manifest.json": ENTRY}}, "neither"),
        ({"files": {**FILES, "a.txt": {**ENTRY, "dtype": None}}}, "neither"),
        ({"files": {**FILES, "a.txt": {**ENTRY, "mode": 1}}}, "unknown key"),
        ({"files": {**FILES, "a.txt": {**ENTRY, "bytes": -1}}}, "bytes"),
        ({"files": {**FILES, "a.txt": {**ENTRY, "sha256": "0" * 63 + "G"}}}, "sha256"),
        ({"files": {**FILES, "a.txt": {**ENTRY, "sha256": "0" * 64 + "\n"}}}, "sha256"),
        ({"files": {**FILES, "a.npy": ENTRY}}, "no dtype"),
        ({"files": {**FILES, "a.npy": {**ARRAY, "dtype": "|O"}}}, "dtype"),
        ({"files": {**FILES, "a.npy": {**ARRAY, "shape": [3]}}}, "by its shape"),
        ({"files": {**FILES, "a.npy": {**ARRAY, "shape": [-2, -1]}}}, "shape"),
        ({"files": {**FILES, "a.npy": {**ARRAY, "shape": [2**40] * 4}}}, "by its shape"),
        ({"files": {**FILES, "a.npy": {**ARRAY, "shape": [2**63 - 1]}}}, "shape"),
        ({"files": {**FILES, "a.npy": {**ARRAY, "shape": [1] * 5}}}, "shape"),
        ({"files": {f"f{i}.txt": ENTRY for i in range(257)}, "components": []}, "files"),
    ],
)
def test_a_wrong_manifest_is_refused_by_name(changes: dict[str, Any], words: str | None) -> None:
    data = canonical(raw(**changes), "x")
    if words is None:  # a dotted kind is only a word; the closed table of kinds refuses it later
        manifests.read(data, "x")
        return
    with pytest.raises(BundleError, match=words) as caught:
        manifests.read(data, "models/x/manifest.json")
    assert str(caught.value).startswith("models/x/manifest.json: ")


@pytest.mark.parametrize("key", sorted(raw()))
def test_every_key_is_needed(key: str) -> None:
    with pytest.raises(BundleError, match=r"format|schema|missing"):
        manifests.read(canonical({k: v for k, v in raw().items() if k != key}, "x"), "x")


def test_a_manifest_has_a_greatest_length() -> None:
    data = canonical(raw(params={"a": "x" * manifests.MANIFEST_MAX_BYTES}), "x")
    with pytest.raises(BundleError, match="longer than"):
        manifests.read(data, "x")


@pytest.mark.parametrize("data", [b"[]", b"null", b'"qztopics-bundle"'])
def test_a_manifest_is_a_table(data: bytes) -> None:
    with pytest.raises(BundleError, match="not the manifest"):
        manifests.read(data, "x")


@pytest.mark.parametrize("key", ["format", "schema", "files", "min_reader"])
def test_the_publisher_cannot_set_what_the_format_sets(key: str) -> None:
    with pytest.raises(BundleError, match="set by the format"):
        manifests.build({**described(), key: 1}, FILES)
