"""Addresses of the questions."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.asking import views

urlpatterns: list[URLPattern] = [
    path("ask", views.ask, name="ask"),
    path("ask/chart", views.chart, name="ask-chart"),
]
