"""The words that ETF tables choose from."""

from django.db import models
from django.utils.translation import gettext_noop


class Category(models.TextChoices):
    """What a fund follows."""

    INDEX = "INDEX", gettext_noop("Broad index")
    SECTOR = "SECTOR", gettext_noop("Sector")
    THEME = "THEME", gettext_noop("Theme")
    LEVERAGED = "LEVERAGED", gettext_noop("Leveraged")
    INVERSE = "INVERSE", gettext_noop("Inverse")
    DIVIDEND = "DIVIDEND", gettext_noop("Dividend")
    BOND = "BOND", gettext_noop("Bond")
    COMMODITY = "COMMODITY", gettext_noop("Commodity")
    CURRENCY = "CURRENCY", gettext_noop("Currency")
    MONEY_MARKET = "MONEY_MARKET", gettext_noop("Money market")
    REAL_ESTATE = "REAL_ESTATE", gettext_noop("Real estate")
    MULTI_ASSET = "MULTI_ASSET", gettext_noop("Multi-asset")
    ACTIVE = "ACTIVE", gettext_noop("Active")
    OTHER = "OTHER", gettext_noop("Other")


class Kind(models.TextChoices):
    """What a line of a composition is (``etfs.sources.base.LineKind``)."""

    STOCK = "STOCK", gettext_noop("Stock")
    ETF = "ETF", gettext_noop("ETF")
    BOND = "BOND", gettext_noop("Bond")
    CASH = "CASH", gettext_noop("Cash")
    DERIVATIVE = "DERIVATIVE", gettext_noop("Derivative")
    OTHER = "OTHER", gettext_noop("Other")
    UNKNOWN = "UNKNOWN", gettext_noop("Unknown: the source does not say")


class SnapshotState(models.TextChoices):
    """How far a composition is believed."""

    GOOD = "GOOD", gettext_noop("Good")
    FLAGGED = "FLAGGED", gettext_noop("Flagged: kept, and served only where nothing better exists")
    QUARANTINED = "QUARANTINED", gettext_noop("Quarantined: kept, never served until somebody releases it")


class Severity(models.TextChoices):
    """How bad a finding is."""

    NOTE = "NOTE", gettext_noop("Note")
    WARNING = "WARNING", gettext_noop("Warning")
    ERROR = "ERROR", gettext_noop("Error")


class Tier(models.TextChoices):
    """How often a fund's holdings are collected."""

    AUTO = "AUTO", gettext_noop("By assets")
    DAILY = "DAILY", gettext_noop("Daily")
    WEEKLY = "WEEKLY", gettext_noop("Weekly")
    QUARTERLY = "QUARTERLY", gettext_noop("Quarterly: held for long, or published so")
