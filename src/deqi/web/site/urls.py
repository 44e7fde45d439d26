"""The addresses of the site, a feature each in its own module."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from deqi.web.api.urls import urlpatterns as api
from deqi.web.asking.urls import urlpatterns as asking
from deqi.web.atlas.urls import urlpatterns as atlas
from deqi.web.comparing.urls import urlpatterns as comparing
from deqi.web.offline.urls import urlpatterns as offline
from deqi.web.planning.urls import urlpatterns as planning
from deqi.web.pooling.urls import urlpatterns as pooling
from deqi.web.reading.urls import urlpatterns as reading
from deqi.web.site import assets
from deqi.web.site.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path(f"{assets.prefix()}{assets.STYLE}", assets.stylesheet, name="style"),
    *reading,
    *comparing,
    *asking,
    *atlas,
    *pooling,
    *planning,
    *offline,
    *api,
]
handler400 = "deqi.web.site.errors.bad_request"
handler403 = "deqi.web.site.errors.forbidden"
handler404 = "deqi.web.site.errors.not_found"
handler500 = "deqi.web.site.errors.broken"
