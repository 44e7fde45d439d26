"""Addresses of the comparisons."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from deqi.web.comparing import views


class Form:
    """What a comparison may be asked for as, beside the page."""

    regex = "csv|json|svg"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Form, "form")

urlpatterns: list[URLPattern] = [
    path("t/<slug:topic>/compare", views.overview, name="compare"),
    path("t/<slug:topic>/<slug:group>/<slug:outcome>", views.comparison, name="comparison"),
    path("t/<slug:topic>/<slug:group>/<slug:outcome>.<form:form>", views.download, name="comparison-file"),
]
