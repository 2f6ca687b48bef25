"""The ASGI application: HTTP to Django, sockets to the runs' consumer."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
http = get_asgi_application()

from playground.accounts.sockets import Visitor  # noqa: E402
from playground.core.edge import BodyLimit, OwnOrigin  # noqa: E402  # these need the apps loaded
from playground.runs.consumers import RunConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(http),
        "websocket": OwnOrigin(Visitor(URLRouter([re_path(r"^ws/runs/(?P<run_id>[\w-]+)/$", RunConsumer.as_asgi())]))),
    }
)
