"""Share links: immutable, unlisted, made on request."""

from __future__ import annotations

from django.db import models

from playground.core.ids import new_id


class Link(models.Model):
    """A program with its inputs. Whoever knows the id may read it; nobody may change it."""

    id = models.CharField(primary_key=True, max_length=22, default=new_id, editable=False)
    body = models.BinaryField()
    """The fields of a run's body as JSON."""
    title = models.CharField(max_length=120, blank=True)
    owner = models.CharField(max_length=22, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"link {self.pk}"
