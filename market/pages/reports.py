"""Reports: whole HTML files with their scripts inside, shown in a sandbox."""

import base64
import hashlib
from functools import cache

from django.http import HttpResponse
from plotly.offline import get_plotlyjs

from market.templatetags.house import static_text

SCRIPTS = ("quantsite/charts.js", "quantsite/tables.js")


def report_response(html: str) -> HttpResponse:
    """A report as a page of its own: it runs our scripts, known by their hashes, and nothing else; it has no address of
    this site's (a sandbox), so that no script in it could ask the site for anything in the reader's name.
    """
    return HttpResponse(html, headers={"Content-Security-Policy": report_policy()})


@cache
def report_policy() -> str:
    allowed = " ".join(f"'sha256-{_hash(text)}'" for text in (get_plotlyjs(), *map(static_text, SCRIPTS)))
    return (
        "sandbox allow-scripts allow-downloads allow-modals; default-src 'none'; "  # downloads: a chart as a picture
        f"script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
