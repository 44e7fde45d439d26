"""Addresses of the atlas."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.atlas import views

urlpatterns: list[URLPattern] = [
    path("points", views.points, name="points"),
    path("points/map", views.overview, name="map"),
    path("points/map/<slug:view>", views.view, name="map-view"),
    path("points/<slug:code>", views.point, name="point"),
]
