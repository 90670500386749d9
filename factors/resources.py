"""Export of the catalogue."""

from import_export import resources

from factors.models import Factor


class FactorResource(resources.ModelResource):
    class Meta:
        model = Factor
        fields = ("name", "category", "unit", "direction", "lookback", "description")
        export_order = fields
