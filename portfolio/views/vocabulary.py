"""Words of pages that the code makes out of names, gathered for translators: ``market/views/vocabulary.py``."""

from django.utils.translation import gettext_noop as _

SETTINGS = (
    _("Name"), _("Base currency"), _("Description"), _("Risk free rate"), _("Commission"), _("Sales tax"),
    _("Gains tax"), _("Minimum trade"), _("Lot"), _("Unique among those of its owner."),
    _("Currency of all of its figures."), _("Percent a year."),
    _("Percent of a trade, both sides; for rebalancing plans."), _("Percent of what is sold."),
    _("Percent of a gain on the average cost; an estimate."), _("Smallest trade of a plan, in the base currency."),
    _("Smallest number of shares traded; 0: fractions."),
)  # fmt: skip
FROM_STRATEGY = (_("equal"), _("composite"), _("next close"), _("same close"))
STRESS = (
    _("Asian crisis, Russia and LTCM"), _("Global financial crisis"), _("Euro debt and the downgrade of the US"),
    _("Pandemic"), _("Inflation and interest rates"), _("own prices"), _("direct"),
)  # fmt: skip
KINDS = (_("STOCK"), _("PREFERRED"), _("ETF"), _("CASH"), _("INDEX"), _("BOND"), _("OTHER"), _("Cash"))
