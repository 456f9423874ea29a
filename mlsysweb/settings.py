"""The settings of every deployment. All environment variables are optional; by default all state is in `var/`.

DATABASE_URL: a database other than the one in `var/`, such as postgresql://user:password@host/name.
MLSYSWEB_HOSTS: comma-separated host names of the site, beside localhost.
"""

import os
import tempfile
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
VAR.mkdir(exist_ok=True)


def kept_secret(path: Path) -> str:
    """Return the secret key in `path`; create it, readable by its owner only, if there is none. os.link is atomic, so
    two processes that start together read the same key."""
    if not path.exists():
        file, draft = tempfile.mkstemp(dir=path.parent)  # mode 600
        with os.fdopen(file, "w") as out:
            out.write(get_random_secret_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text()


SECRET_KEY = kept_secret(VAR / "secret_key")
DEBUG = False
HOSTS = [host.strip() for host in os.environ.get("MLSYSWEB_HOSTS", "").split(",") if host.strip()]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *HOSTS]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]  # behind a proxy that ends TLS

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "catalog",
    "mlsysweb.pages.walls",
    "mlsysweb.saved.scenarios",
    "mlsysweb.explore",
    "mlsysweb.api",
    "mlsysweb.operate",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, so secrets in a page cannot be guessed by its size
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mlsysweb.show.forms.units.read_units",
]

# "updates": see mlsysweb/show/update_cache.py. An update is about 45 kB and at most 120 kB, so that each process holds
# about 20 MB and at most 60 MB.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "updates": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "updates",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}

ROOT_URLCONF = "mlsysweb.urls"
WSGI_APPLICATION = "mlsysweb.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",  # compiles each template once per process
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["mlsysweb.show.results.verdict_filter"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mlsysweb.saved.scenarios.context.changing",
                "mlsysweb.show.page_name.page_name",
                "mlsysweb.show.navigation.site_navigation",
            ],
        },
    },
]

# IMMEDIATE is what prevents "database is locked": a deferred transaction that turns from reading to writing fails
# at once, whatever the timeout. No ATOMIC_REQUESTS: with IMMEDIATE every read would wait for the write lock.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;",
}
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{VAR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {"CONN_MAX_AGE": None, "OPTIONS": SQLITE}
else:
    # At most one connection per thread, each checked before use, so that a restart of the database causes no errors.
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LOGIN_REDIRECT_URL = "/s/"
LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Hashed names: a second visit fetches no asset, an upgrade is seen at once.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages use hashed names only, and compressing both takes twice as long

# Only resources from this site may run or load. Plotly positions its drawings with style attributes, hence the one
# exception, which allows neither style sheets nor scripts.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
# An imported scenario is larger than any other form; the view has its own limit and error message.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # a visitor's 404 or 422 is not logged; a 500 is, with its traceback
        "waitress.queue": {"level": "ERROR"},  # a request that waits for a thread is not logged either
    },
}
