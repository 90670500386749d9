"""What of the settings is looked at once models and regions are there: ``manage.py check``, and every start."""

from django.conf import settings
from django.core import checks

from market.regions import REGIONS

ANY = "*"


def check_stale_sessions(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    """A region that is misspelt might be as stale as it likes, and nobody would know."""
    unknown = sorted(settings.STALE_SESSIONS.keys() - {ANY, *REGIONS})
    text = f"QUANTSITE_STALE_SESSIONS names {', '.join(unknown)}; there are {', '.join((ANY, *REGIONS))}"
    return [checks.Error(text, id="quantsite.E002")] if unknown else []
