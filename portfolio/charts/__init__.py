"""Charts of portfolios as plain data for the page (``market.pages.charts``)."""
