"""Address of the pool of one's own."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.pooling import network, views

urlpatterns: list[URLPattern] = [
    path("pool", views.pool, name="pool"),
    path("network", network.network, name="network"),
]
