"""Long jobs of all rooms: which kinds there are, who sees them, how they are taken up again (docs/jobs.md)."""
