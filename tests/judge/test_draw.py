"""The compiled generator and comparison: distributions, reproducibility, every element type."""

from __future__ import annotations

import ctypes
import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Draw
from kernelmill.judge.decision_subject import Agreement, Batch, Given, Subject, fill_once, sets_per_batch
from kernelmill.judge.native import binding as native
from kernelmill.judge.process_arena import NUMPY, Buffer

N = 200_000


def draw(kind: str, a: float = 0.0, b: float = 1.0, *, dtype: str = "f32", shape: tuple[int, ...] = (N,), seed: int = 1, **more: object):
    raw = fill_once(Buffer(dtype, shape), Draw(kind, a, b, **more), seed)  # type: ignore[arg-type]
    return np.frombuffer(raw, NUMPY[dtype]).reshape(shape)


def test_normal_has_its_moments_and_tails():
    v = draw("normal", 2.0, 3.0).astype(float)
    z = (v - 2) / 3
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.02
    assert abs((z**4).mean() - 3) < 0.15
    assert abs((np.abs(z) > 3).mean() - 0.0027) < 0.0008
    assert np.abs(z).max() > 4


def test_normal_agrees_with_its_distribution():
    stats = pytest.importorskip("scipy.stats")
    assert stats.kstest(draw("normal", 0, 1).astype(float), "norm").pvalue > 1e-4
    assert stats.kstest(draw("uniform", -2, 5).astype(float), stats.uniform(-2, 7).cdf).pvalue > 1e-4


@given(seed=st.integers(0, 2**64 - 1), low=st.floats(-1e6, 1e6, width=32), width=st.floats(0.125, 1e6, width=32))
@settings(max_examples=30, deadline=None)
def test_uniform_stays_inside(seed: int, low: float, width: float):
    v = draw("uniform", low, low + width, shape=(5000,), seed=seed)
    assert v.min() >= np.float32(low)
    assert v.max() < np.float32(low + width) or np.float32(low) == np.float32(low + width)


@given(seed=st.integers(0, 2**64 - 1), low=st.integers(-100, 100), width=st.integers(0, 200))
@settings(max_examples=30, deadline=None)
def test_integers_take_every_value_and_no_other(seed: int, low: int, width: int):
    v = draw("integers", low, low + width, shape=(20_000,), seed=seed)
    assert (v == np.rint(v)).all()
    assert (v.min(), v.max()) == (low, low + width)


def test_odd_numbers():
    v = draw("odd", 8191)
    assert (np.abs(v) % 2 == 1).all()
    assert v.max() == 8191
    assert v.min() == -8191


def test_loguniform_and_its_sign():
    v = draw("loguniform", 1e-3, 1e3)
    assert 0.45 < (v < 0).mean() < 0.55
    logs = np.log10(np.abs(v.astype(float)))
    assert logs.min() >= -3.0001
    assert logs.max() <= 3.0001
    assert abs(logs.mean()) < 0.02
    assert (draw("loguniform", 1e-3, 1e3, signed=False) > 0).all()


def test_sparse_lines_along_any_axis():
    for axis in (0, 1, 2, -1):
        v = draw("sparse", 0, 8, shape=(20, 30, 40), axis=axis)
        counts = (v != 0).sum(axis=axis)
        assert set(np.unique(v)) == {-1, 0, 1}
        assert counts.max() <= 8
        assert counts.min() >= 3
    assert (draw("sparse", 0, 8, shape=(7, 3)) != 0).sum(axis=1).max() <= 3


def test_outliers_constant_index_and_bool():
    v = draw("outliers", 0.01, 1000.0)
    assert 0.005 < (np.abs(v) > 20).mean() < 0.012
    assert (draw("constant", 2.5) == 2.5).all()
    i = draw("index", 0, 10, dtype="i64")
    assert set(np.unique(i)) == set(range(10))
    assert 0.2 < draw("bool", 0.25, dtype="bool").mean() < 0.3


@pytest.mark.parametrize("dtype", list(DTYPES))
def test_every_type_takes_every_draw(dtype: str):
    torch = pytest.importorskip("torch")
    for kind, a, b in [("normal", 0, 1), ("uniform", 0, 1), ("integers", 0, 7), ("constant", 1, 0), ("bool", 0.5, 0)]:
        raw = fill_once(Buffer(dtype, (3000,)), Draw(kind, a, b), 3)  # type: ignore[arg-type]
        v = torch.frombuffer(bytearray(raw), dtype=getattr(torch, DTYPES[dtype].torch)).double()
        assert v.isfinite().all(), kind
        if kind == "integers" and dtype != "bool":
            assert sorted(set(v.tolist())) == list(range(8))
        if kind == "normal" and DTYPES[dtype].kind == "float":
            assert abs(v.std() - 1) < 0.08


def test_small_floats_round_to_nearest():
    torch = pytest.importorskip("torch")
    wide = torch.frombuffer(bytearray(fill_once(Buffer("f32", (4000,)), Draw("normal", 0, 20), 9)), dtype=torch.float32)
    for dtype in ("f16", "bf16", "f8e4m3", "f8e5m2"):
        to = getattr(torch, DTYPES[dtype].torch)
        narrow = torch.frombuffer(bytearray(fill_once(Buffer(dtype, (4000,)), Draw("normal", 0, 20), 9)), dtype=to)
        assert torch.equal(narrow.float(), wide.to(to).float()), dtype


def test_the_seed_decides_everything():
    assert hashlib.sha256(draw("normal", seed=7).tobytes()).digest() == hashlib.sha256(draw("normal", seed=7).tobytes()).digest()
    assert (draw("uniform", seed=7) != draw("uniform", seed=8)).mean() > 0.99
    assert np.array_equal(draw("uniform", shape=(100,), seed=7), draw("uniform", shape=(5000,), seed=7)[:100])
    words = draw("integers", -(2**31), 2**31 - 1, dtype="i64", shape=(50_000,))
    assert len(np.unique(words)) > 49_990


def test_given_content_is_kept_or_begun_elsewhere():
    data = np.arange(100, dtype="f4").tobytes()
    fill, out = native.Fill(dtype=native.DTYPE["f32"]), np.zeros(100, "f4")
    buffer = ctypes.create_string_buffer(data, len(data))
    fill.data, fill.draw = ctypes.addressof(buffer), native.DRAW["keep"]
    native.library().km_fill(out.ctypes.data, 100, fill, 5)
    assert out.tobytes() == data
    fill.draw = native.DRAW["rotate"]
    native.library().km_fill(out.ctypes.data, 100, fill, 5)
    assert out.tobytes() != data
    assert sorted(out) == list(range(100))


def compare(got: np.ndarray, want: np.ndarray, dtype: str, **rule: float) -> native.Difference:
    d, r = native.Difference(), native.Rule(dtype=native.DTYPE[dtype], **rule)
    native.library().km_compare(got.ctypes.data, want.ctypes.data, got.size, r, None, 0x7FF10000_00000000, d)
    return d


@pytest.mark.parametrize("dtype", ["f64", "f32", "f16"])
def test_comparison_counts_what_is_outside(dtype: str):
    want = np.linspace(-5, 5, 10_001).astype(NUMPY[dtype])
    got = want.copy()
    got[[3, 5000, 10_000]] += 1
    got[5000] += 3
    d = compare(got, want, dtype, absolute=0.5)
    assert (d.wrong, d.first, d.worst) == (3, 3, 5000)
    assert compare(got, want, dtype, absolute=4.5).wrong == 0
    assert compare(got, want, dtype, absolute=0.5, share=0.01).wrong == 0
    assert compare(got, want, dtype, relative=10.0, absolute=4.0).wrong == 0


def test_nan_and_infinity_agree_only_with_themselves():
    want = np.array([np.nan, np.inf, -np.inf, 1, 1, 1, np.nan], "f4")
    assert compare(want.copy(), want, "f32").wrong == 0
    got = np.array([1, -np.inf, np.inf, np.nan, np.inf, 1, np.nan], "f4")
    assert compare(got, want, "f32", absolute=1e30).wrong == 5


@pytest.mark.parametrize("dtype", ["i64", "i32", "i8", "bool"])
def test_whole_numbers_must_be_equal(dtype: str):
    want = (np.arange(1000) % 2).astype(NUMPY[dtype])
    got = want.copy()
    got[999] ^= 1
    assert compare(got, want, dtype, absolute=100).wrong == 1


def test_poison_is_no_number():
    torch = pytest.importorskip("torch")
    lib = native.library()
    for seed in range(50):
        word = lib.km_new_poison(seed)
        for dtype in ("f64", "f32", "f16", "bf16"):
            raw, number, count = bytearray(8), native.DTYPE[dtype], 8 // DTYPES[dtype].bytes
            lib.km_poison((ctypes.c_char * 8).from_buffer(raw), count, number, word)
            assert torch.frombuffer(raw, dtype=getattr(torch, DTYPES[dtype].torch)).isnan().all()
            assert lib.km_count_poison(bytes(raw), count, number, word) == count


def test_the_batch_is_cold_long_enough_and_bounded():
    def subject(n: int) -> Subject:
        return Subject((Buffer("f32", (n,)), Buffer("f32", (n,), "out")), (n,), (Draw("normal"), None), (None, Agreement()))

    assert sets_per_batch(subject(1 << 18), [5e-4], 2, Batch()) == 32  # 2 MB each: cold
    assert sets_per_batch(subject(1 << 18), [5e-4, 2e-3], 2, Batch()) == 10  # one side takes long for the sake of the other's cold cache
    assert sets_per_batch(subject(1 << 18), [1e-5, 1.0], 2, Batch()) == 85  # the fast one must fill its batch all the same
    assert sets_per_batch(subject(1 << 18), [1.0], 2, Batch()) == 2  # a call of a second: what it reads takes no time beside that
    assert sets_per_batch(subject(1 << 18), [1e-5], 2, Batch()) == 85  # memory
    assert sets_per_batch(subject(1 << 24), [1e-2], 2, Batch()) == 1
    assert sets_per_batch(subject(1 << 21), [1e-6], 2, Batch()) == 10
    assert sets_per_batch(subject(4), [1e-7], 2, Batch()) == 16384


def test_bad_subjects_are_refused():
    with pytest.raises(ValueError, match="one draw"):
        Subject((Buffer("f32", (4,)),), (4,), (), (None,))
    with pytest.raises(ValueError, match="given"):
        Subject((Buffer("f32", (4,)),), (4,), (Draw("given"),), (None,)).fills()
    with pytest.raises(ValueError, match="bytes"):
        Subject((Buffer("f32", (4,)),), (4,), (Given(b"123"),), (None,)).fills()
