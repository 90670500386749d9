"""Flows summed by category, and what they say: does money move from one category to another?"""

from dataclasses import dataclass

import numpy as np

ROTATION_PERCENT = 0.5  # of a category's assets, in and out, from which on money rotates


@dataclass(frozen=True)
class CategoryFlows:
    """By category [C] over a window: ``net`` flow, ``assets_before`` of the day before the window, ``percent`` of them
    (NaN where there are none), ``funds``: how many have a flow on any day.
    """

    net: np.ndarray
    assets_before: np.ndarray
    percent: np.ndarray
    funds: np.ndarray


def category_flows(flow: np.ndarray, assets_before: np.ndarray, category: np.ndarray, categories: int) -> CategoryFlows:
    """Sums of ``flow`` [T, F] (one currency, NaN adds nothing) by ``category`` index [F].

    ``assets_before`` [F]: assets of each fund on the last day before the window, in the same currency; a fund without
    any (not known, or launched within the window) adds its flows, but nothing to what they are a percentage of.
    """
    per_fund = np.nansum(flow, axis=0)
    net = np.bincount(category, weights=per_fund, minlength=categories)
    before = np.bincount(category, weights=np.nan_to_num(assets_before), minlength=categories)
    percent = np.divide(100.0 * net, before, out=np.full(len(net), np.nan), where=before > 0)
    funds = np.bincount(category[np.isfinite(flow).any(axis=0)], minlength=categories)
    return CategoryFlows(net, before, percent, funds)


def largest(net: np.ndarray, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the ``count`` largest inflows and of the ``count`` largest outflows of ``net`` [n], largest first.

    Only what came in is an inflow and only what left an outflow: there may be fewer. Ties by position.
    """
    inflow, outflow = np.argsort(-net, kind="stable"), np.argsort(net, kind="stable")
    return inflow[net[inflow] > 0][:count], outflow[net[outflow] < 0][:count]


def rotation_signal(percent: np.ndarray, threshold: float = ROTATION_PERCENT) -> str:
    """ROTATION when one category's net inflow and another's net outflow are each above ``threshold`` percent of their
    assets, else STABLE; ``percent`` [C], NaN says nothing.
    """
    return "ROTATION" if np.any(percent > threshold) and np.any(percent < -threshold) else "STABLE"
