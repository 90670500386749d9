"""Words of pages that stand in data or that the code makes out of names: gathered here for translators."""

from django.utils.translation import gettext_noop as _

STAGES = (
    _("read"), _("check"), _("stage"), _("merge"), _("adjust"), _("instruments"), _("rejected rows"), _("total"),
)  # fmt: skip
# As the Global Industry Classification Standard calls them, and with it most sources of the US market.
SECTORS = (
    _("Communication Services"), _("Consumer Discretionary"), _("Consumer Staples"), _("Energy"), _("Financials"),
    _("Health Care"), _("Industrials"), _("Information Technology"), _("Materials"), _("Real Estate"),
    _("Utilities"),
)  # fmt: skip
