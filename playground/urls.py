"""Every address the service answers, sockets aside (asgi.py)."""

from django.urls import path

from playground.api import api
from playground.runs import health
from playground.runs.views import home
from playground.scenarios.views import scenario
from playground.sharing.views import link

urlpatterns = [
    path("", home, name="home"),
    path("s/<str:link_id>", link, name="link"),
    path("scenario/<slug:topic>/<slug:scenario_id>", scenario, name="scenario"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/", api.urls),
]

handler400 = "playground.core.problems.bad_request"
handler403 = "playground.core.problems.forbidden"
handler404 = "playground.core.problems.not_found"
handler500 = "playground.core.problems.server_error"
