"""Settings, read from the environment (and from a ``.env`` file beside ``manage.py``).

Every variable has a safe default: DEBUG is off, the secret key is generated on the first run and kept
under ``var/``, and without DATABASE_URL the embedded PostgreSQL is used. ``.env.example`` lists them all.
"""

from datetime import timedelta
from pathlib import Path

import environ

from quantsite.admin_site import UNFOLD  # noqa: F401 # read by django-unfold
from quantsite.database_url import database_of, days_of
from quantsite.limits import limits_of
from quantsite.logs import logging_of
from quantsite.pages.plotly import plotly_folder
from quantsite.redaction import secrets_of
from quantsite.secret import secret_key
from quantsite.security_policy import POLICY

VERSION = "0.1.0"
BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- where things are kept ------------------------------------------------------------------------------------
VAR_DIR = Path(env.str("QUANTSITE_VAR", default=str(BASE_DIR / "var"))).expanduser().resolve()
CALENDAR_CACHE_DIR = VAR_DIR / "calendars"

# --- security -------------------------------------------------------------------------------------------------
DEBUG = env.bool("QUANTSITE_DEBUG", default=False)
SECRET_KEY = env.str("QUANTSITE_SECRET_KEY", default="") or secret_key(VAR_DIR)
ALLOWED_HOSTS = env.list("QUANTSITE_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("QUANTSITE_TRUSTED_ORIGINS", default=[])
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
HTTPS = env.bool("QUANTSITE_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/(health|ready)/?$", r"^metrics$"]  # asked from inside, where there is no proxy
SECURE_HSTS_SECONDS = env.int("QUANTSITE_HSTS_SECONDS", default=365 * 86400) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = POLICY
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("QUANTSITE_MAX_UPLOAD", default=200 * 1024 * 1024)

# --- applications: the rooms, top floor first -----------------------------------------------------------------
INSTALLED_APPS = [
    "quantsite",
    "backtests",
    "portfolio",
    "etfs",
    "factors",
    "market",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "quantsite.admin_app.LateAdminConfig",  # django.contrib.admin, its pages found when somebody asks for them
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tables2",
    "rest_framework",
    "knox",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "django_q",
    "timescale",
    "quantsite.accounts",  # last: roles are made of the permissions of all others
]
MIGRATION_MODULES = {"knox": None}  # its own table of tokens is not used: accounts.ApiToken is
MIDDLEWARE = [
    "quantsite.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "quantsite.security.permissions_policy",
    "quantsite.security.SitePolicy",
    "quantsite.security.limited_body",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "quantsite.urls"
WSGI_APPLICATION = "quantsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "quantsite.pages.context.site",
            ]
        },
    }
]
STATIC_URL = "static/"
STATICFILES_DIRS = [("plotly", plotly_folder())]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- database: DATABASE_URL, else the embedded PostgreSQL under var/postgres -----------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": database_of(DATABASE_URL)}
else:
    DATABASES = {
        "default": {
            "NAME": env.str("QUANTSITE_DATABASE", default="quantsite"),
            "USER": "postgres",
            "EMBEDDED_DATA_DIR": str(VAR_DIR / "postgres"),
        }
    }
DATABASES["default"]["ENGINE"] = "quantsite.db"
DATABASES["default"]["CONN_MAX_AGE"] = env.int("QUANTSITE_CONN_MAX_AGE", default=60)
PANEL_CACHE_DIR = VAR_DIR / "panels" / str(DATABASES["default"]["NAME"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- TimescaleDB, Community edition (docs/timescaledb.md): `timescale_sql --apply` brings a change into the database -
TIMESCALE_COLUMNSTORE_AFTER_DAYS = days_of(env, "QUANTSITE_COLUMNSTORE_AFTER_DAYS", default=365)
TIMESCALE_DIRECT_COMPRESS = env.bool("QUANTSITE_DIRECT_COMPRESS", default=False)

# --- cache: request rates, and the sign of life that workers leave for the health page ---------------------------
# Shared by all processes. On several machines give them one: QUANTSITE_CACHE_URL=rediscache://host:6379/1
CACHES = {"default": env.cache_url("QUANTSITE_CACHE_URL", default=f"filecache://{VAR_DIR}/cache")}
CACHES["default"].setdefault("OPTIONS", {"MAX_ENTRIES": 10_000})

# --- language and time: stored in UTC, sessions are dates of the exchange --------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("QUANTSITE_TIME_ZONE", default="Asia/Seoul")
USE_I18N = True
FORMAT_MODULE_PATH = "quantsite.formats"
USE_TZ = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# --- accounts (docs/accounts.md) ---------------------------------------------------------------------------------
SIGNUP = env.bool("QUANTSITE_SIGNUP", default=False)
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "accounts:login", "home", "home"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
vars().update(env.email_url("QUANTSITE_EMAIL_URL", default="consolemail://"))  # EMAIL_BACKEND, EMAIL_HOST and so on
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("QUANTSITE_EMAIL_FROM", default="quantsite@localhost")
# After so many wrong passwords for one name from one address, that pair waits.
AXES_FAILURE_LIMIT = env.int("QUANTSITE_LOGIN_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("QUANTSITE_LOGIN_WAIT", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # nobody can lock out somebody elsewhere
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_CLIENT_IP_CALLABLE = "quantsite.security.client_address"
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 # a model
REST_KNOX = {"TOKEN_TTL": None, "TOKEN_PREFIX": "qs_"}

# --- API --------------------------------------------------------------------------------------------------------
# Reference data (instruments, prices, fundamentals, factors, scores) is readable without a login by default.
PUBLIC_READ = env.bool("QUANTSITE_PUBLIC_READ", default=True)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "quantsite.accounts.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "market.api.parsers.ShallowJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["market.api.permissions.ReferenceDataPermission"],
    "DEFAULT_PAGINATION_CLASS": "market.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "market.api.schema.HouseSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "NUM_PROXIES": env.int("QUANTSITE_PROXIES", default=0),  # in front of us; 0: X-Forwarded-For is not believed
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("QUANTSITE_ANONYMOUS_RATE", default="600/min"),
        "user": env.str("QUANTSITE_USER_RATE", default="3000/min"),
        # of one address: logins tried, accounts made, messages about forgotten passwords, wrong API tokens
        "login": env.str("QUANTSITE_LOGIN_RATE", default="20/min"),
        "signup": env.str("QUANTSITE_SIGNUP_RATE", default="5/hour"),
        "reset": env.str("QUANTSITE_RESET_RATE", default="5/hour"),
        "wrong_tokens": env.str("QUANTSITE_WRONG_TOKEN_RATE", default="30/min"),
    },
}
SPECTACULAR_SETTINGS = {
    "TITLE": "quantsite",
    "DESCRIPTION": "Instruments, prices, fundamentals, factor scores and holdings of ETFs, as of any session.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {  # several models have the same states
        "JobStateEnum": "factors.models.JobState",
        "BacktestStatusEnum": "backtests.models.Status",
        "SweepMethodEnum": "backtests.models.BacktestSweep.Method",
        "AlertKindEnum": "portfolio.models.AlertLimit.Kind",
        "TransactionKindEnum": "portfolio.models.Transaction.Kind",
        "ShockKindEnum": "portfolio.calc.stress.KINDS",
        "OptimisationMethodEnum": "portfolio.services.optimisation.METHOD_NAMES",
        "RebalancingStatusEnum": "portfolio.models.RebalancingEvent.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- background tasks ------------------------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "quantsite",
    "orm": "default",
    "workers": env.int("QUANTSITE_WORKERS", default=2),
    "timeout": 3600,
    "retry": 4000,
    "max_attempts": 1,
    "catch_up": False,
    "ack_failures": True,
    "save_limit": 0,  # all results, until retention takes them (QUANTSITE_KEEP_DAYS)
    "label": "Background tasks",
}
# Every so often each worker looks for jobs whose process died (docs/jobs.md).
JOB_RECOVERY_SECONDS = env.float("QUANTSITE_JOB_RECOVERY_SECONDS", default=15.0)

# --- numbers ---------------------------------------------------------------------------------------------------
# Fundamentals of several sources: the first that has a figure wins (docs/conventions.md).
FUNDAMENTAL_SOURCE_RANKS = env.list("QUANTSITE_SOURCE_RANKS", default=["dart", "sec", "us_pit", "csv", "krx"])

# --- ETF holdings ------------------------------------------------------------------------------------------------
# Two sources of one fund and day: the first named wins, the other is kept to compare; of daily figures the other
# fills gaps (docs/etf-holdings.md).
ETF_SOURCE_RANKS = env.list(
    "QUANTSITE_ETF_SOURCE_RANKS",
    default=[
        "krx_pdf",
        "krx_etf",
        "ishares",
        "ishares_nav",
        "spdr",
        "invesco",
        "ark",
        "amundi",
        "vanguard",
        "csv",
        "kis",
        "schwab",
        "polygon",
    ],
)
ETF_KEPT_BAD_ROWS = 100  # of each answer; all are counted
# Korean won for one unit, to compare funds of several regions with one threshold: round figures, set your own.
ETF_KRW_PER = {
    name: float(rate)
    for name, rate in env.dict(
        "QUANTSITE_KRW_PER",
        default={"KRW": "1", "USD": "1400", "CNY": "190", "HKD": "180", "JPY": "9.3", "VND": "0.055", "EUR": "1500"},
    ).items()
}
# A fund counts for etf_preference, and is collected daily, from so many won of assets on; by region where it says so.
ETF_LARGE_KRW = {
    code: float(value) for code, value in env.dict("QUANTSITE_ETF_LARGE_KRW", default={"*": "1e12"}).items()
}
# Whether the workers delete old compositions by the rule of retention (docs/etf-quality.md). Off: nobody's data go
# without being asked; `manage.py prune_holdings` does it by hand, whatever is set here.
ETF_PRUNE = env.bool("QUANTSITE_ETF_PRUNE", default=False)
ETF_COLLECT_CONFIG = env.str("QUANTSITE_ETF_CONFIG", default="")  # a YAML file; etfs/services/collect_config.py

# --- metrics: /metrics for Prometheus (docs/etf-quality.md) --------------------------------------------------------
METRICS_TOKEN = env.str("QUANTSITE_METRICS_TOKEN", default="")  # empty: only this machine may read them

# --- admin: quantsite/admin_site.py ------------------------------------------------------------------------------
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"  # under var/, not the system's /tmp

# --- operations: quantsite/logs.py, ready.py, retention.py (docs/operations.md) ------------------------------------
LOG_FORMAT = env.str("QUANTSITE_LOG_FORMAT", default="line")  # line or json
LOGGING = logging_of(
    format_name=LOG_FORMAT,
    level=env.str("QUANTSITE_LOG_LEVEL", default="WARNING"),
    secrets={SECRET_KEY, str(DATABASES["default"].get("PASSWORD", "")), *secrets_of()},
)
# Sessions that bars and scores may be behind the exchange before /api/ready fails: *=3,VN=5. Empty: it only tells.
STALE_SESSIONS = limits_of(env, "QUANTSITE_STALE_SESSIONS")
# Days that results of tasks, sessions and so on are kept (docs/operations.md): task_results=30,correlations=365.
KEEP_DAYS = limits_of(env, "QUANTSITE_KEEP_DAYS")
