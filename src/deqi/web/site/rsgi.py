"""The application that `deqi serve` runs: the gateway around the one of `deqi.web.site.wsgi`."""

from __future__ import annotations

from deqi.web.site.gateway import Gateway
from deqi.web.site.pages import words
from deqi.web.site.settings import ENVIRONMENT
from deqi.web.site.wsgi import application as behind

application = Gateway(behind, ENVIRONMENT.threads, ENVIRONMENT.max_body, words("error.slow"), ENVIRONMENT.work_seconds)
