"""Addresses of the pages to read."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.reading import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("t/<slug:topic>", views.topic, name="topic"),
]
