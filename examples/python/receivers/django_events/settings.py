"""Those settings of a project that a receiver needs."""

import os
from urllib.parse import unquote, urlsplit

_database = urlsplit(os.environ["DATABASE_URL"])

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")
ROOT_URLCONF = "django_events.views"
INSTALLED_APPS = ["django_events"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # Django's own limit is smaller than events may be
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path[1:],
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": _database.hostname,
        "PORT": _database.port,
        # A connection for each thread, which is looked at before it is used again: one that a restart of the database
        # broke is replaced, and costs no delivery.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # AI Rudder waits for the answer: it gets a 503 rather than none.
        "OPTIONS": {"connect_timeout": 3, "tcp_user_timeout": 5000},
    }
}
