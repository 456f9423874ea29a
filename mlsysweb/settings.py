"""The settings of every deployment. What differs between deployments is an environment variable, declared in
`environment.py`; all are optional, and by default all state is in `var/`."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key

from mlsysweb import environment

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
HOSTS = environment.HOSTS.names()
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
    "axes",
    "catalog",
    "mlsysweb.pages.walls",
    "mlsysweb.saved.scenarios",
    "mlsysweb.explore",
    "mlsysweb.api",
    "mlsysweb.classroom",
    "mlsysweb.courses",
    "mlsysweb.lti",
    "mlsysweb.operate",
]

MIDDLEWARE = [
    "mlsysweb.operate.health.health_checks",
    "mlsysweb.operate.observe.ObserveRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, so secrets in a page cannot be guessed by its size
    "csp.middleware.CSPMiddleware",
    "mlsysweb.saved.scenarios.headers.saved_page_headers",
    "mlsysweb.failures.limit_encoded_forms",
    "mlsysweb.failures.WorkLimits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mlsysweb.courses.catalog_choice.CourseCatalog",  # before all that reads the catalog
    "mlsysweb.show.forms.units.read_units",
    "axes.middleware.AxesMiddleware",  # the last one: answers when the sign-in is locked
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]

# "updates": see mlsysweb/show/update_cache.py. A compressed update is about 7 kB and at most 30 kB, so that each
# process holds about 15 MB and at most 60 MB.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "updates": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "updates",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 2000},
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
            "builtins": [
                "mlsysweb.pages.spectrum.device_rows",
                "mlsysweb.show.cached_include",
                "mlsysweb.show.results.verdict_filter",
                "mlsysweb.show.results.table_filter",
                "mlsysweb.show.term_filter",
                "mlsysweb.show.unit_filter",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mlsysweb.saved.scenarios.context.changing",
                "mlsysweb.saved.scenarios.context.calibrations",
                "mlsysweb.classroom.live.hand_in_context.classes_to_hand_in",
                "mlsysweb.show.page_name.page_name",
                "mlsysweb.show.navigation.site_navigation",
                "mlsysweb.show.related.related_page",
                "mlsysweb.courses.catalog_choice.catalog_choice",
                "mlsysweb.show.sign_in.sign_in",
            ],
        },
    },
]

# IMMEDIATE is what prevents "database is locked": a deferred transaction that turns from reading to writing fails
# at once, whatever the timeout. No ATOMIC_REQUESTS: with IMMEDIATE every read would wait for the write lock.
# FULL: what was acknowledged survives a power failure. NORMAL: the last second of it may be lost then, never at a crash
# of the site alone. At 50 saves a second beside readers on two busy cores (`make load`) both keep up without an error;
# a save takes 242 ms with FULL and 108 ms with NORMAL (medians; p95 742 and 336 ms).
SYNCHRONOUS = environment.SQLITE_SYNCHRONOUS.choice("FULL", "NORMAL")
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,  # seconds that a write waits for others; then it is refused with a sentence
    "init_command": f"PRAGMA journal_mode=WAL;PRAGMA synchronous={SYNCHRONOUS};PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;",
}
DATABASES = {"default": dj_database_url.parse(environment.DATABASE_URL.text() or f"sqlite:///{VAR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {"CONN_MAX_AGE": None, "OPTIONS": SQLITE}
else:
    # At most one connection per thread, each checked before use, so that a restart of the database causes no errors.
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
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

# Fair use. Searches in the background that a visitor may have waiting or running at a time.
JOBS_PER_VISITOR = 4
# Room on the disk that is left for the rest of the machine, and for SQLite to finish what it has begun.
MIN_FREE_BYTES = environment.MIN_FREE_MB.whole() * 1_000_000
# The most saved scenarios of one visitor that are not deleted, before and after sign-in.
SCENARIOS_PER_VISITOR = {"browser": 1_000, "account": 10_000}
# The most requests of a kind, and the seconds in which they may be made, by visitor and by network address; see
# `throttle.py`. A class of 300 students may share one address: there, each of them may save once a minute.
_HOUR = 3600
FAIR_USE = {
    "save": {"visitor": (240, _HOUR), "address": (20_000, _HOUR)},
    "edit": {"visitor": (480, _HOUR), "address": (40_000, _HOUR)},
    "fork": {"visitor": (120, _HOUR), "address": (10_000, _HOUR)},
    "import": {"visitor": (60, _HOUR), "address": (5_000, _HOUR)},
    "stored": {"visitor": (100_000, _HOUR), "address": (1_000_000, _HOUR)},  # kB of scenarios
    "job": {"visitor": (60, _HOUR), "address": (3_000, _HOUR)},
    "sign_in": {"visitor": (60, _HOUR), "address": (3_000, _HOUR)},  # each costs 0.4 s of processor time
    "register": {"visitor": (10, _HOUR), "address": (2_000, _HOUR)},  # accounts made with a join link
    "api": {"visitor": (6_000, 600), "address": (60_000, 600)},
    "code": {"address": (2_000, _HOUR)},  # of 10⁹ codes: guessing one takes years
    "class": {"visitor": (60, _HOUR), "address": (1_000, _HOUR)},
}
# All of them times this; 0 for none.
_factor = environment.FAIR_USE.factor()
FAIR_USE = {
    kind: {scope: (max(1, round(number * _factor)), period) for scope, (number, period) in limits.items()}
    for kind, limits in FAIR_USE.items()
    if _factor > 0
}
# Wrong passwords: by account and address together, so that an account cannot be locked from elsewhere, nor all
# accounts of a class by one student. Short, since a student can lock the instructor's account at the class's address.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # failures are kept until `manage.py prune`, who signed in is not
AXES_CLIENT_IP_CALLABLE = "mlsysweb.visitors.address"
AXES_LOCKOUT_CALLABLE = "mlsysweb.failures.sign_in_locked"
THROTTLE_FILE = VAR / "throttle.sqlite3"
# How many proxies stand before the site, each of which adds to X-Forwarded-For the address it was asked from.
HTTPS = environment.HTTPS.flag()
PROXIES = environment.PROXIES.whole() if environment.PROXIES.text() else int(HTTPS)

# After how many days `manage.py prune` removes rows; see mlsysweb/saved/scenarios/prune.py.
KEEP_DAYS = {
    "scenario": environment.KEEP_DAYS.whole(
        "number of days", 180, " (a term)"
    ),  # without an account, since it was saved or last opened
    "deleted": 30,  # since its owner deleted it or the staff removed it
    "job": 30,  # since it finished
    "attempt": 30,  # a wrong password
    "class": 180,  # a class session with its answers, since it was started
}
# A visitor without an account finds their scenarios by this cookie; saving prolongs it. An account signs in again.
SESSION_COOKIE_AGE = KEEP_DAYS["scenario"] * 86_400
ACCOUNT_SESSION_AGE = 14 * 86_400

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Behind a proxy that ends TLS. Only such a proxy may be believed: without one, clients could set the header themselves.
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 86_400
    # Whether hosts below this one have TLS, and whether browsers may list it permanently, is for its owner to say: then
    # the proxy sets the header.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# See mlsysweb/operate/observe.py.
ACCESS_LOG = environment.ACCESS_LOG.flag()
METRICS_TOKEN = environment.METRICS_TOKEN.text()

# Learning platforms; see mlsysweb/lti. The key that signs what is sent to them is made when it is first needed.
LTI = environment.LTI.flag()
LTI_KEY_FILE = VAR / "lti_key.pem"

# See mlsysweb/pages/model_config/hub.py.
MODEL_HUB = environment.MODEL_HUB.site()

CATALOG_REPORTS_TO = environment.REPORTS_TO.text()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "access": {"format": "{asctime} {message}", "style": "{"},
    },
    "filters": {
        "asked": {  # whether a person asked, and not a supervisor that finds the site not ready
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: not record.getMessage().endswith(": /health/ready"),
        },
        "line": {"()": "mlsysweb.operate.log_lines.WithoutTraceback"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "stdout": {"class": "logging.StreamHandler", "formatter": "access", "stream": "ext://sys.stdout"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # A visitor's 404 or 422 is not logged; a 500 is, with its traceback.
        "django.request": {"level": "ERROR", "filters": ["asked"]},
        # The line says which host to allow, should it be one of this site; a visitor may send any other.
        "django.security.DisallowedHost": {"level": "WARNING", "filters": ["line"]},
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},  # its 413 or 400 says why
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "mlsysweb.access": {"handlers": ["stdout"], "level": "INFO", "propagate": False},
        "waitress.queue": {"level": "ERROR"},  # a request that waits for a thread is not logged either
    },
}
