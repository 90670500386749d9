"""Pages that belong to no single room, and what stands around all pages."""
