"""Words of pages that the code makes out of names, gathered for translators; a test sees that none is missing."""

from django.utils.translation import gettext_noop as _

CATEGORIES = (
    _("growth"), _("liquidity"), _("low_volatility"), _("low volatility"), _("momentum"), _("ownership"),
    _("quality"), _("size"), _("value"),
)  # fmt: skip
UNITS = (
    _("%/day"), _("1e-6/currency"), _("currency"), _("pp"), _("ratio"), _("sigma"),
)  # fmt: skip
REASONS = (
    _("not in universe"), _("insufficient history"), _("stale fundamentals"), _("missing field"),
    _("non positive denominator"), _("non finite signal"), _("small cross section"), _("field unavailable"),
    _("scored"),
)  # fmt: skip
COMBINERS = (
    _("equal weight"), _("The plain mean of the factors' scores."), _("fixed weight"),
    _("The mean of the factors' scores with the strategy's own weights."), _("machine learning"),
    _(
        "Gradient boosting (XGBoost) or a random forest on the scores, retrained every month on the past alone; "
        "equal weight until there is a year of it."
    ),
    _("model"), _("The kind of trees."), _("xgboost"), _("random_forest"), _("horizon"),
    _("Sessions of the forward return that is foretold."), _("window months"), _("Months of samples that count."),
    _("every"), _("A sample every so many sessions."), _("min sessions"),
    _("Sessions of samples below which it is equal weight."), _("trees"), _("Number of trees."), _("depth"),
    _("Depth of a tree."), _("learning rate"), _("Of XGBoost."), _("seed"), _("Of all that is random."),
    _("optimized"),
    _(
        "Weights with the highest mean/std of the factors' daily returns over the last 252 sessions, none "
        "negative, sum 1 (SLSQP); equal weight where no mean is positive or the search fails."
    ),
    _("window"), _("Sessions of factor returns that count."), _("With fewer returns a factor is left out."),
    _("refit"), _("When weights are found anew."), _("daily"), _("monthly"), _("risk adjusted"),
    _("Weights in proportion to 1/std of each factor's daily returns over the last 252 sessions."),
)  # fmt: skip
NEUTRALISATIONS = (
    _("sector"), _("size"),
)  # fmt: skip
