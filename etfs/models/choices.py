"""The words that ETF tables choose from."""

from django.db import models


class Category(models.TextChoices):
    """What a fund follows."""

    INDEX = "INDEX", "Broad index"
    SECTOR = "SECTOR"
    THEME = "THEME"
    LEVERAGED = "LEVERAGED"
    INVERSE = "INVERSE"
    DIVIDEND = "DIVIDEND"
    BOND = "BOND"
    COMMODITY = "COMMODITY"
    CURRENCY = "CURRENCY"
    MONEY_MARKET = "MONEY_MARKET", "Money market"
    REAL_ESTATE = "REAL_ESTATE", "Real estate"
    MULTI_ASSET = "MULTI_ASSET", "Multi-asset"
    ACTIVE = "ACTIVE"
    OTHER = "OTHER"


class Kind(models.TextChoices):
    """What a line of a composition is (``etfs.sources.base.LineKind``)."""

    STOCK = "STOCK"
    ETF = "ETF", "ETF"
    BOND = "BOND"
    CASH = "CASH"
    DERIVATIVE = "DERIVATIVE"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN", "Unknown: the source does not say"


class SnapshotState(models.TextChoices):
    """How far a composition is believed."""

    GOOD = "GOOD"
    FLAGGED = "FLAGGED", "Flagged: kept, and served only where nothing better exists"
    QUARANTINED = "QUARANTINED", "Quarantined: kept, never served until somebody releases it"


class Severity(models.TextChoices):
    """How bad a finding is."""

    NOTE = "NOTE"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Tier(models.TextChoices):
    """How often a fund's holdings are collected."""

    AUTO = "AUTO", "By assets"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    QUARTERLY = "QUARTERLY", "Quarterly: held for long, or published so"
