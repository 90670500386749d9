"""Rounding to significant bits, by hand and against frexp and ldexp."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from factors.calc.precision import MANTISSA, rounded_bits

TINY = np.finfo(np.float64).tiny
doubles = npst.arrays(np.float64, st.integers(0, 20), elements=st.floats(allow_subnormal=True))


def test_by_hand_half_goes_to_even():
    # Three bits of 1.xx: steps of a quarter, then of a half, then of one; 0.96875 carries into the next power of two.
    values = [1.1, 1.125, 1.375, -1.375, 2.3, 4.5, 5.5, 0.96875, -1.126]
    assert rounded_bits(np.array(values), 3).tolist() == [1.0, 1.0, 1.5, -1.5, 2.5, 4.0, 6.0, 1.0, -1.25]


@given(doubles, st.integers(1, MANTISSA))
def test_against_frexp_within_the_bound_and_never_twice(values, bits):
    found = rounded_bits(values, bits)
    mantissa, exponent = np.frexp(values)
    kept = ~np.isfinite(values) | (np.abs(values) < TINY)
    kept[~kept] |= values[~kept] == np.rint(values[~kept])
    np.testing.assert_array_equal(found[kept].view(np.uint64), values[kept].view(np.uint64))
    expected = np.ldexp(np.rint(np.ldexp(mantissa[~kept], bits)), exponent[~kept] - bits)
    np.testing.assert_array_equal(found[~kept], expected)
    assert (np.abs(found[~kept] - values[~kept]) <= np.abs(values[~kept]) * 2.0**-bits).all()
    np.testing.assert_array_equal(rounded_bits(found, bits), found)


def test_whole_numbers_stay_to_the_last_digit():
    values = np.array([2.0**53 - 1, -(2.0**53) + 1, 123_456_789_012_345.0, 1e300, np.finfo(np.float64).max, 0.0, -0.0])
    np.testing.assert_array_equal(rounded_bits(values, 3).view(np.uint64), values.view(np.uint64))


def test_every_nan_and_infinity_stays():
    odd = np.array([0xFFFFFFFFFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0x7FF8000000000000], dtype=np.uint64).view(np.float64)
    assert np.isnan(rounded_bits(odd, 10)).all()
    assert rounded_bits(np.array([np.inf, -np.inf]), 10).tolist() == [np.inf, -np.inf]


def test_the_shape_stays_and_the_argument_too():
    values = np.arange(600_000).reshape(2, 3, 100_000).transpose(1, 0, 2) / 7
    before = values.copy()
    found = rounded_bits(values, 20)
    np.testing.assert_array_equal(values, before)
    assert found.shape == values.shape
    np.testing.assert_allclose(found, values, rtol=2.0**-20)
    np.testing.assert_array_equal(rounded_bits(values, MANTISSA), values)


@pytest.mark.parametrize("bits", [0, 54])
def test_bits_that_a_double_does_not_have(bits):
    with pytest.raises(ValueError, match="bits must be 1 to 53"):
        rounded_bits(np.zeros(1), bits)
