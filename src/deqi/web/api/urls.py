"""Addresses for programs, and the page about them."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.api import routes, views
from deqi.web.api.endpoint import ENDPOINTS, view

assert routes  # the addresses are entered when it is loaded
urlpatterns: list[URLPattern] = [
    path("api", views.page, name="api"),
    *(path(one.route, view(one), name=f"api-{one.name}") for one in ENDPOINTS),
]
