"""What is the same wherever the service runs."""

from pathlib import Path

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.str("PLAYGROUND_VAR", default=str(BASE_DIR / "var")))
"""Everything the embedded service writes."""

DEBUG = False
ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "ninja",  # for the API documentation's own static files: no third-party requests
    "playground.core",
    "playground.accounts",
    "playground.runs",
    "playground.scenarios",
    "playground.sharing",
]

MIDDLEWARE = [
    "playground.core.middleware.ContentSecurityPolicy",
    "playground.core.middleware.Security",
    "playground.core.static.StaticFiles",
    "playground.core.middleware.Session",
    "playground.core.middleware.SameOrigin",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["playground.core.middleware.nonce"]},
    }
]

FRONTEND_DIST = Path(env.str("FRONTEND_DIST", default=str(BASE_DIR / "frontend" / "dist")))
STATIC_URL = "/static/"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
"""Static files are served from where they lie: there is no collectstatic step."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "playground": {"level": env.str("LOG_LEVEL", default="INFO")},
        "django.request": {"level": "ERROR"},  # a visitor's 404 is not news
    },
}

SCENARIO_LIBRARY = BASE_DIR / "playground" / "scenarios" / "library"
SANDBOX = env.str("PLAYGROUND_SANDBOX", default="emulator.sandbox.client.Sandbox")
