"""What can be wrong with a backup."""


class BackupError(Exception):
    """It cannot be made or restored; the message says why, and nothing was changed."""
