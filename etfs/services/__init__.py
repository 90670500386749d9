"""Use cases of ETFs, one module each; pages, API, admin, commands and tasks call these."""

from etfs.services.lookup import Ambiguous, NotFound, etf_get, stock_get
from etfs.services.runs import EtfError, files_import

__all__ = ["Ambiguous", "EtfError", "NotFound", "etf_get", "files_import", "stock_get"]
