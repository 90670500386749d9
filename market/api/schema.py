"""OpenAPI: what the schema generator cannot read off the views by itself."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class HouseSchema(AutoSchema):
    """Documents a view's ``params`` (a ``QueryParams`` class) as its query parameters."""

    def get_override_parameters(self) -> list[Any]:
        params = getattr(self.view, "params", None)
        documented = params and self.method == "GET" and not self.path.endswith("}/")
        return [params] if documented and params().fields else []
