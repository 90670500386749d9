"""How often one address may ask for something that is guessed at, or costs a message."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.throttling import SimpleRateThrottle


class AddressThrottle(SimpleRateThrottle):
    """By the asking address (behind ``QUANTSITE_PROXIES`` proxies), at the rate of its scope in the settings."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def get_rate(self) -> str | None:
        rate: str | None = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][self.scope]
        return rate

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class FailureThrottle(AddressThrottle):
    """Asks without counting; ``note`` counts a failure."""

    def throttle_success(self) -> bool:
        return True

    def note(self) -> None:
        """One more failure, after ``allow_request``."""
        if self.rate is not None:
            self.history.insert(0, self.now)
            self.cache.set(self.key, self.history, self.duration)


class RateLimited:
    """A page whose POSTs are limited by ``throttle_scope``; 429 with a page that says when to come again."""

    throttle_scope: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        throttle = AddressThrottle(self.throttle_scope)
        if request.method == "POST" and not throttle.allow_request(request, self):
            return too_many(request, throttle.wait())
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc] # of the view this is mixed into


def too_many(request: HttpRequest, seconds: float | None) -> HttpResponse:
    wait = max(1, round(seconds or 60))
    context = {"minutes": -(-wait // 60)}
    response = render(request, "accounts/too_many.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response
