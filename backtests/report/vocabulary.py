"""Words of pages that the code makes out of names, gathered for translators; a test sees that none is missing."""

from django.utils.translation import gettext_noop as _

STATISTICS = (
    _("alpha"), _("annualised return"), _("benchmark return"), _("best day"), _("beta"), _("Calmar ratio"),
    _("current drawdown"), _("CVaR 95 %"), _("CVaR 99 %"), _("downside volatility"), _("drawdown duration"),
    _("excess return"), _("information ratio"), _("kurtosis"), _("longest drawdown duration"), _("max drawdown"),
    _("probabilistic Sharpe ratio"), _("Sharpe ratio"), _("skewness"), _("Sortino ratio"), _("total return"),
    _("tracking error"), _("Treynor ratio"), _("VaR 95 % 1 day"), _("VaR 95 % 1 day Cornish-Fisher"),
    _("VaR 95 % 1 day normal"), _("VaR 95 % 1 month"), _("VaR 95 % 1 month overlapping"), _("VaR 99 % 1 day"),
    _("VaR 99 % 1 day Cornish-Fisher"), _("VaR 99 % 1 day normal"), _("VaR 99 % 1 month"),
    _("VaR 99 % 1 month overlapping"), _("volatility"), _("worst day"), _("sells"), _("wins"), _("losses"),
    _("win rate"), _("average win"), _("average loss"), _("average win rate"), _("average loss rate"),
    _("profit loss ratio"), _("profit factor"), _("expectancy"), _("expectancy rate"), _("largest win"),
    _("largest loss"), _("average hold days"), _("median hold days"), _("longest win streak"),
    _("longest loss streak"), _("realised profit"), _("trades"), _("buys"), _("exposure"), _("average cash weight"),
    _("time in market"), _("average positions"), _("annual turnover"), _("total commission"), _("total tax"),
    _("total slippage"), _("total costs"), _("cost drag"), _("dividends"), _("unrealised profit"),
    _("cancelled orders"), _("final value"),
)  # fmt: skip
UNITS = (
    _("ratio"), _("sessions"), _("probability"), _("fraction"), _("count"), _("currency"), _("days"),
)  # fmt: skip
MEANINGS = (
    _("100 x 252 x the intercept of that regression, raw returns; – where there is no beta."),
    _("CAGR: 100 x ((V_n / V_0)^(365.25 / calendar days) - 1); of few days it says little, and it is large."),
    _("100 x (last level / first level - 1) of the benchmark, from the first date it has a level on to the last."),
    _("100 x the highest return of a session."),
    _("cov(r, b) / var(b), the slope of the regression (OLS) on the benchmark; – where that has no spread."),
    _("annualized_return / max_drawdown over the whole series; – without a drawdown. Young (1991)."),
    _("100 x (1 - V_n / highest V); 0 at the highest value."),
    _("-100 x mean of the returns at or below the quantile of 0.05 (expected shortfall of a session)."),
    _("-100 x mean of the returns at or below the quantile of 0.01 (expected shortfall of a session)."),
    _("100 x sqrt(mean(min(r - rf, 0)^2)) x sqrt(252), the mean over all n returns."),
    _(
        "Sessions from peak to recovery (without one: to the end) of the deepest fall, first of equals; 0 without "
        "one."
    ),
    _("total_return less that of the benchmark, percent points, both from its first level to its last."),
    _("mean(r - b) / std(r - b) x sqrt(252); – where they differ by a constant. Goodwin (1998)."),
    _("Excess kurtosis of the returns, of the population (m4 / m2^2 - 3), 0 for a normal one; – without spread."),
    _("Sessions from peak to recovery (without one: to the end) of the fall that lasted longest; 0 without one."),
    _("100 x the largest of 1 - V / (highest V so far), V_0 included; positive, 0 without a fall."),
    _(
        "Probability that the true Sharpe ratio is above zero: N(SR sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) SR^2 / "
        "4)). SR per session, g3 and g4 skewness and kurtosis (3 for a normal one) of the population. – for fewer "
        "than three returns, without spread, and where they have only two values that leave no error. Bailey, "
        "Lopez de Prado (2012)."
    ),
    _("mean(r - rf) / std(r - rf) x sqrt(252), ddof 1; – without spread. Sharpe (1994)."),
    _("Third standardised moment of the returns, of the population (m3 / m2^1.5); – without spread."),
    _("mean(r - rf) x 252 / (downside_volatility / 100); – where no return is below rf. Sortino and Price (1994)."),
    _("100 x (V_n / V_0 - 1)."), _("100 x std(r - b) x sqrt(252), ddof 1."),
    # xgettext:no-python-format
    _("mean(r - rf) x 252 / beta, a fraction (0.08 is 8 % a year per unit of beta); – for a beta of zero."),
    _("100 x -quantile(r, 0.05): the loss of a session that one in twenty exceeds."),
    _(
        "-100 x (mean + z' std), z' = z + (z^2-1) S/6 + (z^3-3z) K/24 - (2z^3-5z) S^2/36 of 0.05; – without "
        "spread. S skewness, K excess kurtosis. Cornish and Fisher (1937); z' is not monotone for extreme S and K "
        "(Maillard 2012)."
    ),
    _("-100 x (mean + z std), z the normal quantile of 0.05."),
    _("var_95_1d x sqrt(21), as if sessions were independent and without drift."),
    _("100 x -quantile(returns over 21 sessions from every session on, 0.05); – for fewer than two of them."),
    _("100 x -quantile(r, 0.01)."), _("As var_95_1d_cornish_fisher, of 0.01; – without spread."),
    _("-100 x (mean + z std), z the normal quantile of 0.01."),
    _("var_99_1d x sqrt(21), as if sessions were independent and without drift."),
    _("100 x -quantile(returns over 21 sessions from every session on, 0.01); – for fewer than two of them."),
    _("100 x std(r) x sqrt(252), ddof 1."), _("100 x the lowest return of a session."),
    _("Closed trades: sales, whole or in part, and delistings."),
    _("Closed trades with a profit net of the costs of both sides."),
    _("Closed trades with a loss; a profit of 0 is neither."), _("Wins of all closed trades."),
    _("Mean profit of the wins."), _("Mean profit of the losses, negative."), _("Mean profit rate of the wins."),
    _("Mean profit rate of the losses, negative."), _("avg_win / -avg_loss."),
    _("Sum of the wins / -sum of the losses; none without a loss."), _("Mean profit of a closed trade."),
    _("Mean profit rate of a closed trade."), _("The most that one won."), _("The most that one lost, negative."),
    _("Mean calendar days from the first buy to the sale."), _("Median of these days."),
    _("Most wins one after the other."), _("Most losses one after the other."), _("Profit of all closed trades."),
    _("Buys and sells together."), _("Trades that bought."),
    _("Mean part of the value that is in stocks, over the sessions."), _("Mean part of the value that is cash."),
    _("Sessions that end with a position."), _("Mean number of names held."),
    _("Turnover a year: sum of all sessions x 252 / sessions, where half of what is bought and sold counts."),
    _("Commission paid."), _("Tax paid on sales."),
    _("Sum of |execution price - price| x quantity, without delistings."), _("Commission, tax and slippage."),
    _("What costs took a year: 100 x total_costs / mean value of the sessions x 252 / sessions."),
    _("Cash received as dividends."), _("Value of the final holdings less what they cost."),
    _("Orders, or rests of orders, that came to nothing."), _("Cash and holdings at the end."),
)  # fmt: skip
FINDINGS = (
    _("Adjusted prices"), _("Prices stop without a delisting"), _("No benchmark"), _("Benchmark with gaps"),
    _("The benchmark is not beaten"), _("Trades too large for the market"), _("Much cash lies idle"),
    _("Concentrated portfolio"), _("Costs take the profit"), _("No costs"), _("Deep drawdown"),
    _("Holdings are delisted at the end"), _("Holdings were delisted"), _("A few days make the profit"),
    _("Few closed trades"), _("High turnover"), _("Fills look ahead"), _("Losers are kept"), _("Figures are missing"),
    _("Luck is not excluded"), _("Best of many trials"), _("Bars are missing"), _("Nothing is ever sold"),
    _("No dividend is known"), _("Nobody met the conditions"), _("Nothing was traded"),
    _("One month makes the profit"), _("One name makes the profit"), _("The benchmark has no dividends"),
    _("Prices jump"), _("Less than the risk-free rate"), _("The capital was nearly lost"),
    _("Sectors are those of today"), _("Short period"), _("No slippage"), _("Positions valued at old prices"),
    _("No name ever ended"), _("Rare large losses"), _("Too good to be true"), _("Much of the profit is open"),
    _("The halves differ"), _("Volumes are missing"), _("Orders came to nothing"),
)  # fmt: skip
EVIDENCE = (
    _("above"), _("adjusted"), _("annual turnover"), _("annualized return"), _("asked"), _("assumed return"),
    _("at last close"), _("at once"), _("benchmark return"), _("best day"), _("bought"), _("cancelled"),
    _("cash buffer"), _("change"), _("condition"), _("costs"), _("costs of amount"), _("coverage"), _("date"),
    _("days"), _("delisted"), _("dividends"), _("earned"), _("effective positions"), _("empty"), _("ended"),
    _("endings"), _("enough"), _("excess return"), _("expected"), _("expected best"), _("failed"), _("fill"),
    _("first"), _("gain"), _("gain before costs"), _("gain of rises"), _("gain without"), _("holdings"),
    _("in prices"), _("jumps"), _("kurtosis"), _("largest"), _("less"), _("less of capital"), _("levels"), _("limit"),
    _("longest sessions"), _("losing holdings"), _("lost of capital"), _("lowest"), _("max drawdown"),
    _("max positions"), _("mean cash"), _("mean positions"), _("missing"), _("month"), _("month return"), _("months"),
    _("most"), _("names"), _("names with gaps"), _("needed to regain"), _("oldest days"), _("open loss"),
    _("open profit"), _("orders"), _("percent of volume"), _("position sessions"), _("position years"),
    _("probability"), _("realised"), _("rebalances"), _("risk free"), _("sales"), _("second"), _("sessions"),
    _("sessions above"), _("share"), _("share of amount"), _("share of sessions"), _("sharpe ratio"), _("skewness"),
    _("stale"), _("standard errors"), _("sure"), _("ticker"), _("tickers"), _("total return"), _("traded"),
    _("trades"), _("trials"), _("turn"), _("typical cost"), _("unknown"), _("uses"), _("usual"), _("usual less"),
    _("usual return"), _("value"), _("volume cap"), _("weight"), _("win rate"), _("without"), _("worst"),
    _("worst day"), _("worst of capital"), _("year"), _("years"),
)  # fmt: skip
SETTINGS = (
    _("benchmark"), _("buy conditions"), _("cash buffer"), _("commission"), _("delisting return"), _("end"),
    _("every"), _("exclude sectors"), _("exclude tickers"), _("factor"), _("field"), _("fill"), _("fractional"),
    _("initial capital"), _("lot size"), _("max positions"), _("mode"), _("name"), _("neutralise"),
    _("normalisation"), _("operator"), _("options"), _("order by"), _("combiner"), _("conditions"), _("days"),
    _("rebalance"), _("rebalance on start"), _("region"), _("risk free"), _("sectors"), _("sell conditions"),
    _("sizing"), _("slippage"), _("start"), _("strategy"), _("tax"), _("tickers"), _("type"), _("universe"),
    _("value"), _("volume cap"), _("weights"),
)  # fmt: skip
TIMINGS = (
    _("load"), _("save"), _("total"), _("explain"), _("factors"), _("simulate"), _("statistics"),
)  # fmt: skip
CODES = (
    _("ENTRY"), _("TARGET"), _("DROPPED"), _("DELISTED"), _("STOP_LOSS"), _("TAKE_PROFIT"), _("HOLD_DAYS"),
    _("FACTOR"), _("TRAILING_STOP"), _("entry"), _("target"), _("dropped"), _("delisted"), _("stop loss"),
    _("take profit"), _("hold days"), _("factor"), _("trailing stop"), _("LAPSED"), _("VOLUME_CAP"), _("TOO_SMALL"),
    _("NO_WEIGHT"), _("SOLD"), _("END"), _("SPLIT"), _("DIVIDEND"), _("CANCELLED"),
)  # fmt: skip
CHOICES = (
    _("value"), _("score"), _("percentile"), _("rank"), _("between"), _("top"), _("bottom"), _("EQUAL_WEIGHT"),
    _("MARKET_CAP"), _("RISK_PARITY"), _("SCORE"), _("zscore"), _("minmax"), _("robust"),
)  # fmt: skip
UNIVERSES = (
    _("all stocks of KR"),
    _("all stocks of US"), _("all stocks of CN"), _("all stocks of HK"), _("all stocks of JP"), _("all stocks of VN"),
)  # fmt: skip
