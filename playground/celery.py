"""The Celery application. Its settings are Django's, prefixed CELERY_."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

TRANSPORT_ALIASES["inprocess"] = "playground.core.broker:Transport"

app = Celery("playground")
app.config_from_object("django.conf:settings", namespace="CELERY")
