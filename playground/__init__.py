"""The web service: Django serves pages and the API, Celery workers run programs, Channels streams their events.

Neither kind of process imports the CPU engine; they reach it through `emulator.sandbox.client`.
"""

from playground.celery import app as celery_app

__all__ = ["celery_app"]
