"""Floating-point numbers without the digits that nobody reads."""

import numpy as np

MANTISSA = 53  # significant bits of a double, the leading one included
_CELLS = 100_000  # rounded at a time: what a processor's cache holds


def rounded_bits(values: np.ndarray, bits: int) -> np.ndarray:
    """Doubles rounded to ``bits`` significant bits (1 to 53, the leading one counts), half to even; a new array.

    The relative error is at most 2 ** -bits, that of a float with so many bits. Kept as they are: NaN, infinities and
    whole numbers, however large, since counts and amounts are meant to the last digit; and what is below 2.2e-308,
    where bits have another meaning. The last digits of a double are noise of the order of summation, and noise is what
    a compressed column consists of.
    """
    if not 1 <= bits <= MANTISSA:
        raise ValueError(f"bits must be 1 to {MANTISSA}, not {bits}")
    result = np.array(values, dtype=np.float64, order="C")
    if bits < MANTISSA:
        flat = result.reshape(-1)
        for first in range(0, len(flat), _CELLS):
            _round(flat[first : first + _CELLS], MANTISSA - bits)
    return result


def _round(values: np.ndarray, dropped: int) -> None:
    """In place. A carry out of the mantissa goes into the exponent, which is what it should do."""
    rounded = values.view(np.uint64) >> np.uint64(dropped)
    rounded &= np.uint64(1)
    rounded += np.uint64((1 << (dropped - 1)) - 1)
    rounded += values.view(np.uint64)
    rounded &= np.uint64((1 << 64) - (1 << dropped))
    size = np.abs(values)
    whole = np.rint(size)
    # NaN is neither below nor above anything, infinity is whole.
    np.copyto(values, rounded.view(np.float64), where=(whole != size) & (size >= np.finfo(np.float64).tiny))
