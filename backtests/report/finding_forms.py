"""What the checks of ``backtests/diagnosis/`` say, by code; a test sees that each of them fits."""

from django.utils.translation import gettext_noop as _

FORMS: dict[str, tuple[str, ...]] = {
    "adjusted_prices": (
        _("{count} of {trades} trades are in {names} names whose raw price is not known: {tickers}."),
    ),
    "bars_stop": (
        _(
            # xgettext:no-python-format
            "{count} final holdings ({weight} % of the value) had no bar in the last {sessions} sessions and no "
            "delisting: {tickers}."
        ),
    ),
    "benchmark_missing": (
        # xgettext:no-python-format
        _("The benchmark has no level on {share} % of the sessions; those are not compared."),
        _("A benchmark was asked for, but it has no levels in the period."),
        _("No benchmark was chosen: whether the market explains the return is not known."),
    ),
    "benchmark_not_beaten": (
        # xgettext:no-python-format
        _("The benchmark returned {other} %, the strategy {own} % over the same sessions."),
    ),
    "capacity": (
        _(
            # xgettext:no-python-format
            "{count} of {trades} trades ({share} % of the money) took over {limit} % of the session's volume; "
            "{ticker} on {day} {part} %."
        ),
    ),
    "cash_idle": (
        # xgettext:no-python-format
        _("On average {cash} % of the value is cash (buffer {buffer} %) and {held} of {most} positions are held."),
    ),
    "concentration": (
        _(
            # xgettext:no-python-format
            "{effective} effective positions on average; the largest, {ticker} on {day}, was {weight} % of the "
            "value; on {share} % of the sessions one was above {limit} %."
        ),
        # xgettext:no-python-format
        _("{effective} effective positions on average; the largest, {ticker} on {day}, was {weight} % of the value."),
    ),
    "cost_drag": (
        # xgettext:no-python-format
        _("Costs of {costs} are {share} % of the gain before costs and leave a loss."),
        # xgettext:no-python-format
        _("Costs of {costs} are {share} % of the gain before costs and leave {left}."),
    ),
    "costs_zero": (
        _(
            # xgettext:no-python-format
            "Commission, tax and slippage are 0. {typical} % of the {traded} traded would be {cost} of a gain of "
            "{gain}."
        ),
    ),
    "deep_drawdown": (
        _(
            # xgettext:no-python-format
            "The value fell {depth} % below its peak, and nothing can regain it; the longest fall lasted {longest} "
            "sessions."
        ),
        _(
            # xgettext:no-python-format
            "The value fell {depth} % below its peak, which takes {needed} % to regain; the longest fall lasted "
            "{longest} sessions."
        ),
    ),
    "delisted_at_end": (
        _(
            # xgettext:no-python-format
            "Delisted after the last session, and still at the close of it, {amount}: {count} final holdings "
            "({tickers}). The assumed {assumed} % would take {less}, {usual} % {usual_less}."
        ),
    ),
    "delisting_losses": (
        _(
            # xgettext:no-python-format
            "{count} holdings delisted, worth {amount} at the last close, closed with a return of {assumed} %; "
            "with {usual} % the result is {share} % of the capital lower."
        ),
        _("{count} holdings delisted, worth {amount} at the last close, closed with a return of {assumed} %."),
    ),
    "few_days_make_profit": (
        # xgettext:no-python-format
        _("Without its {days} best days of {sessions} the total return is {without} % instead of {total} %."),
    ),
    "few_trades": (
        _("Only {sales} sales; below {enough} the figures of trades are mostly chance."),
    ),
    "high_turnover": (
        _(
            # xgettext:no-python-format
            "{turnover} % of the value is replaced a year, at costs of {paid} % of each trade: 0.10 % more would "
            "take {more} % a year."
        ),
    ),
    "look_ahead_fill": (
        _(
            "{count} of {trades} trades are filled at the close with which they were decided. Use the next "
            "session's open."
        ),
    ),
    "losers_kept": (
        _(
            # xgettext:no-python-format
            "{wins} % of the sales won {earned} together, while {count} holdings are {lost} down, the oldest held "
            "for {days} days."
        ),
    ),
    "low_coverage": (
        _(
            # xgettext:no-python-format
            "On average {share} % of the universe has the figure of '{condition}', and {more} more; a missing one "
            "meets nothing."
        ),
        # xgettext:no-python-format
        _("On average {share} % of the universe has the figure of '{condition}'; a missing one meets nothing."),
    ),
    "luck_not_excluded": (
        _(
            "A Sharpe ratio of {sharpe} over {sessions} sessions can be chance: the true one is above 0 with a "
            "probability of {probability} %, less than {sure} %."
        ),
    ),
    "many_trials": (
        _(
            "Of {trials} variants luck alone makes the best show a Sharpe ratio of {luck}; this one has {sharpe} "
            "and is better than that with a probability of {probability} %."
        ),
    ),
    "missing_bars": (
        _(
            # xgettext:no-python-format
            "{share} % of the bars between the first and the last of {names} traded names are missing; {ticker} "
            "lacks {missing} of {whole}."
        ),
    ),
    "never_sells": (
        _(
            "Mode fill has no sell condition: {count} purchases are held to the end. Mode target sells what is no "
            "longer chosen."
        ),
    ),
    "no_dividends": (
        _("No name of the market has a cash dividend in these prices, and {years} years of raw positions were held."),
    ),
    "no_rebalance_candidates": (
        _("On {empty} of {rebalances} rebalances nothing met the buy conditions, first on {day}."),
    ),
    "no_trades": (
        _("Nothing was bought in {sessions} sessions with {rebalances} rebalances."),
    ),
    "one_month_makes_profit": (
        # xgettext:no-python-format
        _("Without {month} ({month_return} %) the total return is {without} % instead of {total} %."),
    ),
    "one_name_makes_profit": (
        # xgettext:no-python-format
        _("{ticker} made {share} % of the gain; without it there is a loss."),
        # xgettext:no-python-format
        _("{ticker} made {share} % of the gain; the other {names} made the rest."),
    ),
    "price_index": (
        _(
            "The benchmark is an index of prices; in the portfolio adjusted prices hold the dividends. Its lead is "
            "{lead} percent points."
        ),
        _(
            # xgettext:no-python-format
            "The benchmark is an index of prices; in the portfolio dividends are {share} % of the capital. Its "
            "lead is {lead} percent points."
        ),
    ),
    "price_jumps": (
        _(
            "{count} jumps of a held price without a recorded split; {ticker} on {day} {change} %. Look for "
            "missing corporate actions."
        ),
    ),
    "risk_free_not_beaten": (
        # xgettext:no-python-format
        _("The strategy returned {own} % a year, the risk-free rate is {rate} %."),
    ),
    "ruin": (
        # xgettext:no-python-format
        _("On {day} less than {limit} % of the capital was left, {least} % at the worst."),
    ),
    "sectors_of_today": (
        _(
            "The sectors that filter the universe are those of today: a name that has moved since counts where it "
            "is now."
        ),
        _(
            "The sectors that neutralise the scores are those of today: a name that has moved since counts where "
            "it is now."
        ),
        _(
            "The sectors that filter the universe and neutralise the scores are those of today: a name that has "
            "moved since counts where it is now."
        ),
        _("The sectors that {uses} are those of today: a name that has moved since counts where it is now."),
    ),
    "short_period": (
        _("{sessions} sessions, less than a year of {year}: annualised figures say little."),
    ),
    "slippage_zero": (
        _(
            # xgettext:no-python-format
            "Slippage is 0: all {trades} trades are filled at the price shown. 0.1 % would take {lost} % of the "
            "capital."
        ),
    ),
    "stale_prices": (
        # xgettext:no-python-format
        _("{share} % of all days of all positions are valued at an older close; {ticker} on {worst} of its days."),
    ),
    "survivorship": (
        _(
            "None of {names} names was delisted in {years} years, where about {expected} or more are usual: the "
            "data probably hold survivors only."
        ),
    ),
    "tail_risk": (
        _(
            "Daily returns have a skewness of {skewness} and an excess kurtosis of {kurtosis}; the worst day lost "
            "{worst} %."
        ),
    ),
    "too_good": (
        # xgettext:no-python-format
        _("A Sharpe ratio of {sharpe} at {annual} % a year: look for an error in data or signals first."),
    ),
    "unrealised_profit": (
        # xgettext:no-python-format
        _("{share} % of the gain is the open profit of {count} final holdings; what is closed made {realised}."),
    ),
    "unstable_halves": (
        _("The Sharpe ratio is {first} up to {turn} and {second} after it, {errors} standard errors apart."),
    ),
    "volume_unknown": (
        _(
            "{unknown} of {trades} trades are on sessions without a volume: whether they were possible cannot be "
            "told."
        ),
        _(
            # xgettext:no-python-format
            "{unknown} of {trades} trades are on sessions without a volume: the cap of {cap} % was not applied to "
            "them."
        ),
    ),
    "waiting_orders": (
        _("{failed} of {orders} orders were not or not wholly filled: {told}."),
    ),
}  # fmt: skip
