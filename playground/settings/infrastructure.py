"""Where rows, messages and cached counters live: in this process and a SQLite file, or in PostgreSQL and Redis."""

from typing import Any

from playground.settings.base import VAR_DIR, env

REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED = not REDIS_URL
"""True: broker, channel layer and cache live in the memory of one process, so the worker must be a thread of it."""

DATABASES: dict[str, dict[str, Any]]
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "playground.sqlite3",
            "OPTIONS": {
                # A transaction that will write takes the write lock at once: waiting for it there cannot deadlock.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA cache_size=-16384; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
                ),
            },
            # A file, not shared memory: tests see the locking that users see.
            "TEST": {"NAME": VAR_DIR / "test.sqlite3"},
        }
    }
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}

CHANNEL_LAYERS: dict[str, dict[str, Any]]
if EMBEDDED:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CELERY_BROKER_URL = "inprocess://localhost/"
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}}
    CELERY_BROKER_URL = REDIS_URL

# The row in the database is the truth; a message only says "look at it". So losing or doubling one does no harm.
CELERY_TASK_DEFAULT_QUEUE = "runs"
CELERY_IMPORTS = ("playground.runs.tasks",)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_EAGER_RESULT = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_POOL = "threads"  # a run is a child process of its own; a thread waits for it
CELERY_WORKER_CONCURRENCY = env.int("RUN_CONCURRENCY", default=2)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.05, "interval_max": 0.1}
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {}
    if EMBEDDED
    else {
        "visibility_timeout": 120,  # 4 x the longest a run can take, wall limit and sandbox start included
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_connect_timeout": 2,
        "retry_on_timeout": True,
    }
)
