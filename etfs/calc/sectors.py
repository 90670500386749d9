"""One word for a sector, whatever a source calls it."""

# The eleven sectors of GICS, and what iShares, Invesco, Morningstar (Yahoo), ICB (FTSE) and Bloomberg call the same.
_WORDS = {
    "Communication Services": (
        "Communication", "Communications", "Telecommunication Services", "Telecommunications", "Telecommunication",
        "Telecom",
    ),
    "Consumer Discretionary": ("Consumer Cyclical", "Consumer, Cyclical", "Consumer Discretion"),
    "Consumer Staples": ("Consumer Defensive", "Consumer Staple"),
    "Energy": ("Oil & Gas", "Oil and Gas"),
    "Financials": ("Financial Services", "Financial", "Finance"),
    "Health Care": ("Healthcare", "Health"),
    "Industrials": ("Industrial", "Industrial Goods"),
    "Information Technology": ("Technology", "Info Tech", "Information Tech", "IT"),
    "Materials": ("Basic Materials", "Material", "Raw Materials"),
    "Real Estate": ("Realty",),
    "Utilities": ("Utility",),
}  # fmt: skip
_SECTOR = {word.lower(): sector for sector, words in _WORDS.items() for word in (sector, *words)}


def sector_name(word: str) -> str:
    """The GICS sector that ``word`` is a name of, in any case: ``Technology`` and ``Information Technology`` are one.
    A word of another division (an industry, ICB's Consumer Goods) stays as it is, blank stays blank."""
    return _SECTOR.get(word.strip().lower(), word.strip())
