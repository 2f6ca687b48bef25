from __future__ import annotations

from playground.core.ids import ID_PATTERN
from playground.core.problems import NotFound
from playground.runs import selectors
from playground.runs.schemas import RunBody, spec_of
from playground.sharing.models import Link


def link_create(*, body: bytes, title: str, owner: str) -> Link:
    return Link.objects.create(body=body, title=title, owner=owner)


def link_run(link: Link) -> str | None:
    """Return the id of a finished run of the linked program, if there is one: opening a link then computes nothing."""
    return selectors.run_of(spec_of(RunBody.model_validate_json(bytes(link.body))).digest())


def link_get(link_id: str) -> Link:
    """Raises NotFound."""
    link = Link.objects.filter(pk=link_id).first() if ID_PATTERN.fullmatch(link_id) else None
    if link is None:
        raise NotFound("There is no such link.", hint="Was it copied whole? Its last part has 22 characters.", where="link id")
    return link
