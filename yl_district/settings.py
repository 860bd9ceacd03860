"""Django settings, configurable by environment variables; the defaults suit one machine with an SQLite file."""

from ipaddress import ip_address
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from yl_district.database.limits import COMMANDS, PAGES
from yl_district.installation.files import keep_to_oneself

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"

env = environ.Env()
# A folder with fonts of the office's own for PDF files; "" for none.
PDF_FONTS = env.str("PDF_FONTS", default="")
# The only folder for temporary files, of this user alone.
TEMPORARY_FOLDER = Path(env.str("TEMPORARY_FOLDER", default=str(LOCAL_DIR / "tmp"))).absolute()
keep_to_oneself(TEMPORARY_FOLDER)


def secret_key():
    """The SECRET_KEY of the environment, else of the git-ignored file; raises ImproperlyConfigured without either."""
    key_file = LOCAL_DIR / "secret_key"
    if "SECRET_KEY" not in env and key_file.exists():
        return key_file.read_text("utf-8").strip()
    return env.str("SECRET_KEY")


def field_keys():
    """The FIELD_KEYS of the environment, else of the git-ignored file; raises ImproperlyConfigured without either."""
    key_file = LOCAL_DIR / "field_keys"
    if "FIELD_KEYS" not in env and key_file.exists():
        return key_file.read_text("utf-8")
    if "FIELD_KEYS" not in env:
        raise ImproperlyConfigured(
            f"没有字段密钥：请运行 make setup 生成，或从备份中恢复 {key_file}（见 docs/keys.md）。"
        )
    return env.str("FIELD_KEYS")


def syslog_address():
    """Where AUDIT_SYSLOG sends digests: a socket's path, (IP address, port), or "" for nowhere."""
    text = env.str("AUDIT_SYSLOG", default="")
    if not text or text.startswith("/"):
        return text
    host, _, port = text.rpartition(":")
    try:
        # No name, since looking one up could take long.
        return str(ip_address(host.strip("[]"))), int(port)
    except ValueError:
        raise ImproperlyConfigured(
            f"AUDIT_SYSLOG 应为 /dev/log 这样的路径，或“IP 地址:端口”，现为 {text}（见 docs/settings.md）。"
        ) from None


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_key()
FIELD_KEYS = field_keys()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "yl_district",
    "orgs",
    "members",
    "youthhubs",
    "activities",
    "assistance",
    "outreach",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "treebeard",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "simple_history",
]

MIDDLEWARE = [
    "yl_district.frames.room_middleware",
    "csp.middleware.CSPMiddleware",
    "yl_district.web.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yl_district.web.requests.RequestMiddleware",
    "yl_district.web.sealed_sessions.SecretSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yl_district.web.acting.ActorMiddleware",
    "yl_district.audit.middleware.AccessLogMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "orgs.accounts.first_run.FirstRunMiddleware",
    "orgs.accounts.ended_sessions.SignInMiddleware",
    "orgs.access.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "orgs.accounts.sessions.SessionEndMiddleware",
    "orgs.accounts.password_age.PasswordAgeMiddleware",
    "orgs.accounts.second_factor.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
    "reports.search.recent.RecentRecordsMiddleware",
    "yl_district.web.decryption_errors.FaultMiddleware",
]

ROOT_URLCONF = "yl_district.urls"
WSGI_APPLICATION = "yl_district.wsgi.application"

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
                "yl_district.pages.navigation.navigation",
            ],
            "builtins": ["django.templatetags.static", "yl_district.templatetags.yl"],
        },
    }
]

# What manage.py does may wait longer than pages, and on PostgreSQL reaches all case files.
DATABASE_LONG_WORK = env.bool("DATABASE_LONG_WORK", default=False)
DATABASE_LIMITS = (COMMANDS if DATABASE_LONG_WORK else PAGES).unless_stated(
    connect=env.int("DATABASE_CONNECT_SECONDS", default=None),
    lock=env.int("DATABASE_LOCK_SECONDS", default=None),
    statement=env.int("DATABASE_STATEMENT_SECONDS", default=None),
    silence=env.int("DATABASE_SILENCE_SECONDS", default=None),
)
# Commands work as the owner of the tables where its address is given, pages always as the role of DATABASE_URL.
OWNER_DATABASE_URL = env.str("OWNER_DATABASE_URL", default="")
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
SERVING_ROLE = DATABASES["default"].get("USER", "")
if DATABASE_LONG_WORK and OWNER_DATABASE_URL:
    DATABASES = {"default": env.db("OWNER_DATABASE_URL")}
if DATABASES["default"].get("ENGINE") == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads first and writes later would otherwise fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        **DATABASE_LIMITS.of_sqlite,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # What the address itself states goes before.
    DATABASES["default"]["OPTIONS"] = DATABASE_LIMITS.of_postgresql | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["orgs.accounts.authentication.GuardBackend", "orgs.accounts.authentication.AccountBackend"]
PASSWORD_PROFILES = {
    "default": [("orgs.accounts.password_validators.MinimumLengthValidator", {"min_length": 8})],
    # As required by the rules for classified protection of information systems (等级保护).
    "level_protection": [
        ("orgs.accounts.password_validators.MinimumLengthValidator", {"min_length": 10}),
        ("orgs.accounts.password_validators.KindsValidator", {"kinds": 3}),
        ("orgs.accounts.password_validators.FormerPasswordValidator", {"count": 5}),
    ],
}
PASSWORD_PROFILE = env.str("PASSWORD_PROFILE", default="default")
PASSWORD_MAX_AGE_DAYS = 90 if PASSWORD_PROFILE == "level_protection" else None
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name, "OPTIONS": options}
    for name, options in [
        *PASSWORD_PROFILES[PASSWORD_PROFILE],
        ("orgs.accounts.password_validators.SimilarityValidator", {"user_attributes": ("username", "name", "mobile")}),
        ("orgs.accounts.password_validators.CommonPasswordValidator", {}),
    ]
]
# Seconds for which a one-time link to set a password is valid.
PASSWORD_RESET_TIMEOUT = 72 * 3600
# Dotted path of the table of record kinds that can be imported.
IMPORT_KINDS = "reports.ledger.kinds.KINDS"
# The apps of whose records results are kept until they change; those of case files are none.
REGISTER_APPS = ["orgs", "members", "youthhubs", "activities", "outreach", "reports"]
# Function of a user: {URL name: how many records wait there}, for the menu.
MENU_COUNTS = "reports.workbench.waiting.menu_counts"
# The class that counts what a page moves in closed years.
CLOSED_FIGURES = "reports.figures.closed_years.ClosedFigures"
# Functions of (user, successor, day, by), called in the same transaction when somebody leaves.
LEAVING_ACTIONS = ["outreach.actions.hand_over_links", "assistance.actions.end_grants"]
# Likewise functions of (user), called when an account is reset and when its roles change.
RESETTING_ACTIONS = ["assistance.actions.close_grants"]
ROLE_CHANGE_ACTIONS = ["assistance.actions.close_grants_out_of_reach"]
# Days after an account was opened, reset or given roles in which it may not decide on grants for an account that the
# same person administered.
GRANT_DECIDER_DAYS = env.int("GRANT_DECIDER_DAYS", default=7)
# Years after the end of a case, or after the year of the last scholarship, until the file is made nameless; and for how
# many days that is announced before.
CASE_RETENTION_YEARS = env.int("CASE_RETENTION_YEARS", default=3)
CASE_RETENTION_WARNING_DAYS = env.int("CASE_RETENTION_WARNING_DAYS", default=60)
# Whole lists and ledgers that an account may take within an hour, and the rows from which on leaders and auditors are
# told; of a whole ledger they always are.
WHOLE_EXPORTS_PER_HOUR = env.int("WHOLE_EXPORTS_PER_HOUR", default=5)
NOTICE_ROWS = env.int("NOTICE_ROWS", default=500)
# Likewise of so many records that an account has shown whole one by one within an hour, and of every so many more.
NOTICE_UNMASKINGS = env.int("NOTICE_UNMASKINGS", default=30)
# Whole phone and identity numbers that an account may look up in the one search within an hour.
NUMBER_SEARCHES_PER_HOUR = env.int("NUMBER_SEARCHES_PER_HOUR", default=60)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"

# Sign-in by allauth, without self-registration and e-mail; failed attempts are counted by
# orgs.accounts.login_attempts instead of allauth's cache.
ACCOUNT_ADAPTER = "orgs.accounts.authentication.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {"reauthenticate": "orgs.accounts.sign_in_forms.PasswordConfirmForm"}
MFA_ADAPTER = "orgs.accounts.authentication.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "orgs.accounts.sign_in_forms.CodeForm",
    "reauthenticate": "orgs.accounts.sign_in_forms.CodeConfirmForm",
    "activate_totp": "orgs.accounts.sign_in_forms.SecondFactorForm",
    "deactivate_totp": "orgs.accounts.sign_in_forms.SecondFactorRemovalForm",
}
# Wrong passwords, codes and links that are checked within 15 minutes from one address and in all, beside the five of
# each account; browsers that have signed in to the account before are counted apart.
GUESSES_PER_ADDRESS = env.int("GUESSES_PER_ADDRESS", default=60)
GUESSES_IN_ALL = env.int("GUESSES_IN_ALL", default=300)
# What visitors leave by code within an hour: at one activity, whose hall may share one address, and from one address.
SCANS_PER_ACTIVITY = env.int("SCANS_PER_ACTIVITY", default=300)
SCANS_PER_ADDRESS = env.int("SCANS_PER_ADDRESS", default=1000)
# All counted by orgs.accounts.guess_budgets, not by axes itself.
AXES_HANDLER = "orgs.accounts.authentication.AttemptHandler"
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_LOCKOUT_CALLABLE = "orgs.accounts.sign_in_views.locked"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",
    # HSTS holds for this host alone: what else runs below its domain is not ours to decide on.
    "security.W005",
    "security.W021",
]

# One language only, since a browser set to English would otherwise get English dates.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["yl_district.formats"]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "yl_district.web.asset_storage.AssetStorage"
    },
}

# Change reasons have no length limit; histories are looked up by the record's key, not by date.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_DATE_INDEX = False

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "table.html"
# What a filter with words of its own says while it narrows nothing; those of records say the same by themselves.
FILTERS_EMPTY_CHOICE_LABEL = "全部"
FORM_RENDERER = "yl_district.pages.widget_markup.QuickRenderer"

# HTTPS=1 enables what only works behind an HTTPS proxy.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Proxies, as addresses or networks, that may say whom a request comes from and whether it came by HTTPS. The front of
# the server reads it (yl_district/web/proxies.py), so that Django needs no header of its own.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "yl_district.web.sealed_sessions"
if HTTPS:
    # A browser takes these names only from this very host, by HTTPS and for all paths.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# A session ends after this time of inactivity, and after twelve hours in any case.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_COOKIE_AGE = SESSION_LAST_SECONDS = 12 * 3600
# On the own phone of a cadre or a hub operator, who asked for it when signing in, it ends after this time alone.
SESSION_REMEMBERED_SECONDS = 30 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# A year's ledger of one district is below 2 MB; the limit leaves room for ten times that.
UPLOAD_LIMIT = env.int("UPLOAD_LIMIT", default=20 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Bytes of a whole request: of nobody signed in, and of others a file with its form. It is read before a view sees it.
ANONYMOUS_BODY_LIMIT = 64 * 1024
BODY_LIMIT = UPLOAD_LIMIT + DATA_UPLOAD_MAX_MEMORY_SIZE + ANONYMOUS_BODY_LIMIT
# Bytes of larger bodies that each process of the server holds at once.
BODY_ROOM = 12 * BODY_LIMIT
# No upload is ever written to disk, where it would lie unencrypted.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
FILE_UPLOAD_PERMISSIONS = 0o600

# Where each line of the access log has its digest sent as well.
AUDIT_SYSLOG = syslog_address()

# The processes of the server and the threads of each, which are the requests that run, and the connections to
# PostgreSQL, at once. Others wait so many seconds for a thread.
SERVER_WORKERS = env.int("SERVER_WORKERS", default=2)
SERVER_THREADS = env.int("SERVER_THREADS", default=16)
WAIT_SECONDS = env.float("WAIT_SECONDS", default=20)
# Seconds that a client has for the headers; for the body, and for taking the answer, it has these and those that its
# size takes at a slow rate.
HEADER_SECONDS = env.float("HEADER_SECONDS", default=10)
BODY_SECONDS = env.float("BODY_SECONDS", default=20)
SEND_SECONDS = env.float("SEND_SECONDS", default=30)

DEFAULT_EXCEPTION_REPORTER = "yl_district.web.error_reports.DiscreetReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"discreet": {"()": "yl_district.web.error_reports.DiscreetFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
