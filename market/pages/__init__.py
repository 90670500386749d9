"""The kit of all pages: views, tables, charts, figures as people read them, files (docs/pages.md)."""
