"""``manage.py load_fx``: exchange rates."""

from market.load_command import LoadCommand


class Command(LoadCommand):
    help = "Load exchange rates into the region's own currency from files (see docs/data-formats.md)."
    kind = "fx"
