"""Who may come in, and as what: accounts, roles, API tokens. A part of the composition root that no app imports."""
