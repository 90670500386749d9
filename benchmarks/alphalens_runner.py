"""Run by the Python of the alphalens environment: ``python -m benchmarks.alphalens_runner ASKED.npz FOUND.npz``.

Takes ``score`` [T, N]; ``close`` [R, N], whose rows are ``days`` [R] (the first T are those of the scores);
``horizons`` [H], the number of ``quantiles`` Q, the ``window`` of turnover and autocorrelation.

Writes, with NaN where alphalens has no figure: ``ic`` [T, H] rank ICs; ``by_date`` [T, H, Q], ``mean``, ``error``
[H, Q] and ``demeaned`` [H, Q] quantile returns; ``quantile`` [T, N]; ``turnover_top``, ``turnover_bottom``,
``autocorrelation`` (over the window) and ``autocorrelation_1`` [T]; ``seconds`` that it took.
"""

import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
from alphalens import performance, utils  # noqa: E402 - its imports warn


def main(asked: str, found: str) -> None:
    given = dict(np.load(asked))
    score, close = given["score"], given["close"]
    index = pd.to_datetime(given["days"].astype("datetime64[D]")).astype("datetime64[ns]")
    names = np.arange(score.shape[1])
    dates = index[: len(score)]
    prices = pd.DataFrame(close, index=index, columns=names)
    factor = pd.DataFrame(score, index=dates, columns=names).stack()
    factor.index.names = ["date", "asset"]
    horizons, count, window = given["horizons"].tolist(), int(given["quantiles"]), int(given["window"])
    started = time.perf_counter()
    data = utils.get_clean_factor_and_forward_returns(
        factor, prices, quantiles=count, periods=horizons, filter_zscore=None, max_loss=1.0
    )
    columns = list(utils.get_forward_returns_columns(data.columns))
    ic = performance.factor_information_coefficient(data)
    by_date, _ = performance.mean_return_by_quantile(data, by_date=True, demeaned=False)
    mean, error = performance.mean_return_by_quantile(data, demeaned=False)
    demeaned, _ = performance.mean_return_by_quantile(data, demeaned=True)
    turnovers = [performance.quantile_turnover(data["factor_quantile"], k, window) for k in (count, 1)]
    autocorrelations = [performance.factor_rank_autocorrelation(data, lag) for lag in (window, 1)]
    seconds = time.perf_counter() - started
    numbers = range(1, count + 1)
    table = data["factor_quantile"].unstack("asset").reindex(index=dates, columns=names)
    by_quantile = [
        by_date[column].unstack("factor_quantile").reindex(index=dates, columns=numbers) for column in columns
    ]

    def per_day(series: pd.Series) -> np.ndarray:
        return series.reindex(dates).to_numpy(dtype=float)

    np.savez(
        found, ic=ic.reindex(dates)[columns].to_numpy(), by_date=np.stack(by_quantile, axis=1),
        mean=mean.reindex(numbers)[columns].to_numpy().T, error=error.reindex(numbers)[columns].to_numpy().T,
        demeaned=demeaned.reindex(numbers)[columns].to_numpy().T, quantile=table.fillna(0).to_numpy(),
        **dict(zip(("turnover_top", "turnover_bottom"), map(per_day, turnovers), strict=True)),
        **dict(zip(("autocorrelation", "autocorrelation_1"), map(per_day, autocorrelations), strict=True)),
        seconds=seconds,
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
