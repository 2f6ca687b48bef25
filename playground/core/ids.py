"""Identifiers that leave the server: unguessable, so knowing one is permission to read what it names."""

import re
import secrets

ID_LENGTH = 22
ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{22}")


def new_id() -> str:
    """Return 128 random bits as 22 URL-safe characters."""
    return secrets.token_urlsafe(16)
