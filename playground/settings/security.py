"""Who may reach the service, under which name, and the keys it signs with."""

import secrets
from urllib.parse import urlsplit

from playground.settings.base import VAR_DIR, env


def _kept_secret() -> str:
    """Return this installation's own key, made on first use."""
    path = VAR_DIR / "secret_key"
    try:
        return path.read_text()
    except FileNotFoundError:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        fresh = VAR_DIR / f"secret_key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(fresh)  # atomic: of two first starts one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="") or _kept_secret()

PUBLIC_URL = env.str("PUBLIC_URL", default="")
"""The address visitors use, as "https://play.example.org". Empty: only this machine, under any port."""
_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"

TRUSTED_ORIGINS = [*([f"{_public.scheme}://{_public.netloc}"] if PUBLIC_URL else []), *env.list("TRUSTED_ORIGINS", default=[])]
"""Full origins (scheme, host, port) whose pages may open sockets and post, besides the one the request itself was addressed to."""
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *([_public.hostname] if _public.hostname else []),
    *env.list("ALLOWED_HOSTS", default=[]),
]

TRUST_FORWARDED = env.bool("TRUST_FORWARDED", default=False)
"""True: a proxy in front sets X-Forwarded-For and X-Forwarded-Proto, and nobody can pass it by."""
if TRUST_FORWARDED:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Sessions are anonymous and live in a signed cookie: no row, nothing to expire.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_AGE = 180 * 86400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"

SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 86400 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# These look for Django's own middleware by name. Ours (core.middleware) are subclasses of it or do more; core.checks looks for them.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
