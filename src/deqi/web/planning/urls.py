"""Addresses of the plan checker."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.planning import views

urlpatterns: list[URLPattern] = [
    path("plan", views.plan, name="plan"),
    path("plan/map/<slug:view>", views.tap, name="plan-map"),
    path("plan/sheet", views.sheet, name="plan-sheet"),
    path("plan/file.<slug:form>", views.download, name="plan-file"),
]
