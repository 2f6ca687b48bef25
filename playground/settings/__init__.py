"""Settings, read from the environment; every variable has a default that suits one person on one machine.

`infrastructure` says where data lives (DATABASE_URL, REDIS_URL), `security` who may reach it (PUBLIC_URL).
"""

from playground.settings.base import *  # noqa: F403
from playground.settings.infrastructure import *  # noqa: F403
from playground.settings.limits import *  # noqa: F403
from playground.settings.security import *  # noqa: F403
