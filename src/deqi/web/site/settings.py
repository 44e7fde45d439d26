"""Django's settings: no database, no sessions, no cookies, no accounts; everything else from the environment."""

from __future__ import annotations

import os
import secrets

from deqi.web.site.environment import read_environment

ENVIRONMENT = read_environment(os.environ)

DEBUG = False
# Nothing is signed: no sessions, no cookies, no reset links. Django wants a key all the same; a new one each start.
SECRET_KEY = secrets.token_urlsafe(64)
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
ROOT_URLCONF = "deqi.web.site.urls"
WSGI_APPLICATION = "deqi.web.site.wsgi.application"
INSTALLED_APPS: list[str] = []
DATABASES: dict[str, object] = {}
TEMPLATES: list[dict[str, object]] = []
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = ENVIRONMENT.max_body
FILE_UPLOAD_MAX_MEMORY_SIZE = ENVIRONMENT.max_body
# Uploads stay in memory: nothing of a person is ever written to a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600
DATA_UPLOAD_MAX_NUMBER_FILES = 4
MIDDLEWARE = [
    "deqi.web.site.requestlog.RequestLog",
    "deqi.web.site.headers.Headers",
    "deqi.web.site.limits.BodyLimit",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "deqi.web.site.origin.SameOrigin",
    "deqi.web.site.errors.UserErrors",
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_SSL_REDIRECT = ENVIRONMENT.https
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENVIRONMENT.https
SECURE_HSTS_PRELOAD = ENVIRONMENT.https
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# W002: frames are refused by Content-Security-Policy (frame-ancestors 'none') and X-Frame-Options in our own headers.
# W003: there is no CSRF cookie because there are no cookies; a POST from elsewhere is refused by its Origin.
SILENCED_SYSTEM_CHECKS = ["security.W002", "security.W003"]
if not ENVIRONMENT.https:
    # W004, W008: on loopback, or behind a proxy that answers http itself, there is no https to insist on.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008"]
LOGGING_CONFIG = None
