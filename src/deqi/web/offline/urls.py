"""Addresses of the copy for where there is no network."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.offline import views

urlpatterns: list[URLPattern] = [
    path("offline", views.offline, name="offline"),
    path("offline/worker.js", views.worker, name="offline-worker"),
    path("offline/deqi.webmanifest", views.manifest, name="offline-manifest"),
]
