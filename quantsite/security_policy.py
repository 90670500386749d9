"""The Content-Security-Policy of the site's own pages; by path: ``quantsite.security``."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE

POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],  # Plotly sets style attributes, and adds rules of its own
        "img-src": [SELF, "data:", "blob:"],  # Plotly's pictures of charts
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
