from __future__ import annotations

from playground.core.ids import ID_PATTERN
from playground.core.problems import NotFound
from playground.sharing.models import Link


def link_create(*, body: bytes, title: str, owner: str) -> Link:
    return Link.objects.create(body=body, title=title, owner=owner)


def link_get(link_id: str) -> Link:
    """Raises NotFound."""
    link = Link.objects.filter(pk=link_id).first() if ID_PATTERN.fullmatch(link_id) else None
    if link is None:
        raise NotFound("There is no such link.", hint="Was it copied whole? Its last part has 22 characters.", where="link id")
    return link
