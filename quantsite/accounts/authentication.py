"""``Authorization: Token ...`` of the API."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from knox.auth import TokenAuthentication
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from quantsite.accounts.throttles import FailureThrottle


class ApiTokenAuthentication(TokenAuthentication):
    """Tokens of ``accounts.ApiToken``. Who sends wrong ones is soon refused unread (429)."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        if not get_authorization_header(request):
            return None
        throttle = FailureThrottle("wrong_tokens")
        if not throttle.allow_request(request, None):
            raise Throttled(throttle.wait())
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            throttle.note()
            raise

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        if not token.isascii():  # no token is, and it could not be looked up
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)


class ApiTokenScheme(OpenApiAuthenticationExtension):
    target_class = "quantsite.accounts.authentication.ApiTokenAuthentication"
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        found: dict[str, Any] = build_bearer_security_scheme_object("Authorization", token_prefix="Token")  # noqa: S106 # the scheme's name
        return found
