"""One settings file; everything that differs between installations comes from the environment."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- The installation -------------------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY")
DEBUG = False
DEMO = env.bool("PARLEY_DEMO", default=False)
DATA_DIR = Path(env("PARLEY_DATA", default=str(BASE_DIR / ".parley")))
PUBLIC_URL = env("PARLEY_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_prometheus",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "knox",
    "rest_framework",
    "tenants",
    "journal",
    "partners",
    "ladder",
    "cases",
    "memos",
    "portal",
    "escalation",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "escalation.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenants.middleware.ScopeMiddleware",
    "escalation.middleware.RefusalMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "escalation.urls"
WSGI_APPLICATION = "escalation.wsgi.application"

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
                "escalation.context.page",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------
DATABASE_OPTIONS = {
    "connect_timeout": 5,
    # idle_in_transaction: a frozen process must not hold a case's lock for ever.
    "options": (
        "-c statement_timeout=30000 -c lock_timeout=10000"
        " -c idle_in_transaction_session_timeout=60000"
    ),
    "application_name": env("PARLEY_PROCESS", default="parley"),
}


def database(url_name: str) -> dict[str, object]:
    """Read one connection; every one goes through the backend that stamps the scope."""
    return {
        **env.db_url(url_name, engine="tenants.postgresql"),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": url_name == "DATABASE_URL",
        "OPTIONS": DATABASE_OPTIONS,
    }


DATABASES = {"default": database("DATABASE_URL")}
if env("OWNER_DATABASE_URL", default=""):
    # Only migrations and the commands of `devtools.manage.OWNER_COMMANDS` get these credentials.
    DATABASES["owner"] = {**database("OWNER_DATABASE_URL"), "TEST": {"MIRROR": "default"}}
if env("SWEEPER_DATABASE_URL", default=""):
    # Only the workers on the queues sweep and watch get these credentials.
    DATABASES["sweeper"] = {**database("SWEEPER_DATABASE_URL"), "TEST": {"MIRROR": "default"}}
# The library's only table is swapped for `tenants.ApiToken`; its own must not come into being.
MIGRATION_MODULES = {"knox": None}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "parley",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

# --- People -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tenants.backends.EmailBackend"]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
# Guardian answers for single grants only, asked by name in access modules: no backend.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
KNOX_TOKEN_MODEL = "tenants.ApiToken"  # noqa: S105 - a model's name, not a secret
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None, "TOKEN_PREFIX": "pry_"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# Asked by `tenants.actions` wherever a password is set.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# How the middleware finds a contact's company; it stands below the app that knows contacts.
COMPANY_OF = "partners.queries.company_of"
SPEAKS_FOR = "partners.queries.speaks_for"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "choose"

# --- The browser ------------------------------------------------------------------------------
HTTPS = env.bool("PARLEY_HTTPS", default=PUBLIC_URL.startswith("https://"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "parley_session"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SECURE_SSL_REDIRECT = HTTPS and env.bool("PARLEY_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^readyz$", r"^livez$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.bool("PARLEY_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
STATIC_URL = "static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = env.bool("PARLEY_STATIC_FINDERS", default=True)
if WHITENOISE_USE_FINDERS:
    # Nothing is collected then; whitenoise still wants the folder to be there.
    Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Celery: losing the broker costs delay and nothing else ---------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    # Without these a publish to a dead broker can hang for ever.
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "max_retries": 1,
    # Not retry_on_timeout: the driver would then come back by itself inside a worker's loop, and
    # wait there for ever for a word on the new connection.
    "health_check_interval": 10,
}
SWEEP_TICK_SECONDS = 1.0
CELERY_TASK_ROUTES = {
    "cases.sweep": {"queue": "sweep"},
    # A look over all open cases may take long, and must never keep the sweep waiting.
    "cases.audit": {"queue": "watch"},
    "cases.rebase_lost": {"queue": "watch"},
    "journal.seal": {"queue": "watch"},
    "journal.relay": {"queue": "watch"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "cases.sweep", "schedule": SWEEP_TICK_SECONDS, "options": {"expires": 1}},
    "relay": {"task": "journal.relay", "schedule": 2.0, "options": {"expires": 2}},
    "seal": {"task": "journal.seal", "schedule": 1.0, "options": {"expires": 1}},
    "audit": {"task": "cases.audit", "schedule": 30.0, "options": {"expires": 30}},
    "rebases": {"task": "cases.rebase_lost", "schedule": 10.0, "options": {"expires": 10}},
}

# --- Mail -------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("PARLEY_MAIL_FROM", default="Parley <parley@localhost>")
MAIL_DOMAIN = env("PARLEY_MAIL_DOMAIN", default="parley.localhost")
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 10

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.authentication.ScopedTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "tenants.rest.description.Description",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "escalation.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
}
API_CALLS_PER_MINUTE = env.int("PARLEY_API_CALLS_PER_MINUTE", default=1200)
SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "DESCRIPTION": "Disputes between a vendor and its sales partners.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tenants.rest.description.tell_of_calls",
        "tenants.rest.description.share_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "CaseStatusEnum": "cases.models.Status",
        "ClockKindEnum": "cases.models.ClockKind",
        "ClockStateEnum": "cases.models.ClockState",
        "ConfidentialityEnum": "cases.models.Confidentiality",
        "MessageKindEnum": "cases.models.MessageKind",
        "PartyRoleEnum": "cases.models.PartyRole",
        "LaterRoleEnum": [("respondent", "Respondent"), ("affected", "Affected")],
        "PartnerKindEnum": "partners.models.PartnerKind",
        "ConcessionKindEnum": "ladder.kinds.ConcessionKind",
        "ConcessionStateEnum": "memos.models.ConcessionState",
        "MemoStatusEnum": "memos.models.MemoStatus",
        "VerdictEnum": "memos.models.Verdict",
    },
}

METRICS_TOKEN = env("METRICS_TOKEN", default="")

# --- Logs: who, what, when; never the text of a case ------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
