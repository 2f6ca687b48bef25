"""The ASGI application: HTTP to Django, sockets to the runs' consumer."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
http = get_asgi_application()

# All use of the database goes through core.database, which looks after its connections; per request these would cost two hops to threads.
for signal, receiver in (
    (request_started, reset_queries),
    (request_started, close_old_connections),
    (request_finished, close_old_connections),
):
    signal.disconnect(receiver)

from playground.accounts.sockets import Visitor  # noqa: E402
from playground.core.edge import BodyLimit, OwnOrigin  # noqa: E402  # these need the apps loaded
from playground.runs.consumers import RunConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(http),
        "websocket": OwnOrigin(Visitor(URLRouter([re_path(r"^ws/(?:runs/(?P<run_id>[\w-]+)|spare)/$", RunConsumer.as_asgi())]))),
    }
)
