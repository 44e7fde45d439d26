"""Addresses of the pages to read. Those under ``/e`` are permanent; each page prints its edition."""

from __future__ import annotations

from django.urls import URLPattern, path

from deqi.web.reading import evidence, topics, views

urlpatterns: list[URLPattern] = [
    path("", topics.home, name="home"),
    path("find", topics.find, name="find"),
    path("t/<slug:topic>", topics.topic, name="topic"),
    path("t/<slug:topic>/clinician", topics.clinician, name="clinician"),
    path("t/<slug:topic>/full", topics.full, name="full"),
    path("t/<slug:topic>/print", topics.printed, name="print"),
    *(path(f"t/<slug:topic>/{one}", topics.part, {"part": one}, name=one) for one in topics.PARTS),
    path("claims", views.claims, name="claims"),
    path("about", views.about, name="about"),
    path("about/ipdas", views.ipdas, name="ipdas"),
    path("methods", views.methods, name="methods"),
    path("e/gaps", views.gaps, name="gaps"),
    path("e/changes", views.changes, name="changes"),
    path("e/trials", evidence.trials, name="trials"),
    path("e/sources", evidence.sources, name="sources"),
    path("e/trial/<slug:name>", evidence.trial, name="trial"),
    path("e/survey/<slug:name>", evidence.survey, name="survey"),
    path("e/rule/<slug:name>", evidence.rule, name="rule"),
    path("e/source/<slug:name>", evidence.source, name="source"),
    path("e/why/<slug:topic>", evidence.why, name="why"),
    path("e/row/<slug:topic>/<slug:kind>/<slug:name>", evidence.row, name="row"),
]
