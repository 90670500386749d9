"""Weights of positions beside what is known of the assets; refusals are ValueErrors that name the position."""

import numpy as np

from market.calc.windows import ZERO


def known_weights(weights: np.ndarray, assets: int) -> np.ndarray:
    """``weights`` [k] as float64, fractions taken as given; refused when not one for each of so many assets."""
    found = np.asarray(weights, dtype=np.float64)
    if found.shape != (assets,):
        raise ValueError(f"{assets} assets need as many weights, not {found.shape}")
    if not np.isfinite(found).all():
        raise ValueError(f"weight {int(np.argmin(np.isfinite(found)))} is missing or infinite")
    return found


def known_covariance(covariance: np.ndarray) -> np.ndarray:
    """``covariance`` [k, k] as float64; refused when not square, finite and symmetric."""
    found = np.asarray(covariance, dtype=np.float64)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ValueError(f"a covariance has as many rows as columns, not {found.shape}")
    if not np.isfinite(found).all():
        raise ValueError("a covariance is missing or infinite")
    if (np.abs(found - found.T) > ZERO**0.5 * np.abs(found).max(initial=0.0)).any():
        raise ValueError("the covariance is not symmetric")
    return found


def known_returns(returns: np.ndarray) -> np.ndarray:
    """The rows of ``returns`` [n, k] in which every asset has one (NaN: none); refused when fewer than two are left."""
    found = np.asarray(returns, dtype=np.float64)
    if found.ndim != 2 or np.isinf(found).any():
        raise ValueError("returns must be finite, a row per session and a column per asset")
    kept = found[~np.isnan(found).any(axis=1)]
    if len(kept) < 2:
        raise ValueError(f"{len(kept)} of {len(found)} sessions have a return of every asset; at least 2 are needed")
    return kept
