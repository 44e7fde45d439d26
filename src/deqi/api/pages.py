"""Results as pages of blocks, to be written as text, Markdown, HTML or JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.api.library import Library
    from deqi.api.look_up import Cited, Gaps, Surveyed, TableRows
    from deqi.api.results import Assessed, Screened
    from deqi.evidence.library import TrialLine
    from deqi.evidence.table.contrasts import NetworkTable
    from deqi.evidence.table.pooled import PooledTable
    from deqi.evidence.trials import TrialCard
    from deqi.knowledge.atlas import PointCard
    from deqi.knowledge.check.run import CheckReport
    from deqi.knowledge.editorial.diff import Change
    from deqi.knowledge.rules import Rule
    from deqi.knowledge.tables.sources import Source
    from deqi.knowledge.tables.words import Claim
    from deqi.report.blocks import Figure, Page
    from deqi.report.chain import Chain
    from deqi.report.decision.one_pager import OnePager
    from deqi.report.decision.parts import Sheet
    from deqi.report.model import Report, RowLine
    from deqi.report.topics import Topic
    from deqi.safety.cases.run import CasesReport
    from deqi.safety.compare import Changes
    from deqi.safety.explain import Explained

NETWORK_WIDTH, RANKS_WIDTH = 520.0, 720.0
"""Of the figures of a network; wider they say no more."""


def report(made: Report, library: Library) -> Page:
    """The whole report."""
    from deqi.report.surfaces import page_of

    return page_of(made, library.knowledge)


def decision(made: Report, library: Library) -> Sheet | None:
    """The decision page of a report; None for a topic that rests on published reviews alone."""
    from deqi.report.decision.decide import decide
    from deqi.report.decision.sheet import decision_sheet

    if made.evidence is None:
        return None
    return decision_sheet(decide(library.knowledge, made), library.phrases)


def one_pager(made: Report, library: Library) -> OnePager | None:
    """One A4 for a clinician; None for a topic that rests on published reviews alone."""
    from deqi.report.decision.decide import decide
    from deqi.report.decision.one_pager import one_pager as paged

    if made.evidence is None:
        return None
    return paged(decide(library.knowledge, made), library.knowledge, library.phrases)


def opening(page: Page) -> Page:
    """The answer of a whole report, without what stands behind it."""
    import dataclasses

    return dataclasses.replace(page, sections=page.sections[:1])


def summary(made: Report, library: Library) -> Page:
    """The GRADE summary of findings."""
    from deqi.report.summary import summary_page

    return summary_page(made, library.phrases)


def comparison(made: Sequence[Report], library: Library) -> Page:
    """Two conditions side by side."""
    from deqi.report.compare import compare_page

    return compare_page(made, library.phrases)


def assessment(found: Assessed, library: Library, *, form: bool = False, full: bool = True) -> Page:
    """An assessment; ``form``: with the open questions as a file to fill in.

    With a plan and without ``full`` only what its needlings meet is told, and the rest counted in a line.
    """
    from deqi.report.assessment import assessment_page

    half_met, lines = found.half_met, found.lines  # before the page: a room is not gone back to
    return assessment_page(
        found.assessment,
        found.person,
        found.engine.catalog,
        library.knowledge,
        found.check,
        half_met=half_met,
        lines=lines,
        form=form,
        full=full,
    )


def sheet(found: Assessed, library: Library) -> Page:
    """The plan's sheet for the treatment room.

    Raises:
        InputError: there is no plan.
    """
    from deqi.report.fact_words import Names
    from deqi.report.plan_page import sheet_page
    from deqi.report.unclear import unclear_sections
    from deqi.safety.plancheck.sheet import sheet_of

    if found.check is None:
        raise InputError("--sheet: no plan; add --plan and a plan file, or protocol: and the id of a protocol.")
    page = sheet_page(
        sheet_of(found.check, found.engine.catalog), _words(library), library.knowledge, found.engine.catalog
    )
    names = Names(library.knowledge, found.engine.catalog)
    unclear = unclear_sections(found.assessment, library.knowledge, library.phrases, names.fact)
    filled = tuple(one for one in unclear if one.lead or one.card)
    return dataclasses.replace(page, sections=(*page.sections, *filled))


def rule(nodes: Sequence[Explained], library: Library) -> Page:
    """One rule's tree for one person."""
    from deqi.report.explained import rule_page
    from deqi.report.fact_words import Names

    return rule_page(nodes, Names(library.knowledge, library.engine.catalog), library.phrases)


def changes(found: Changes, library: Library) -> Page:
    """What changed since an earlier assessment."""
    from deqi.report.explained import changes_page

    return changes_page(found, library.phrases)


def screened(found: Screened, library: Library) -> Page:
    """The counts of a screened population."""
    from deqi.report.screened import screened_page

    return screened_page(found.summary, {one.id: one.title for one in library.knowledge.rules}, library.phrases)


def pooled(
    found: PooledTable,
    name: str,
    library: Library,
    *,
    figures: bool = False,
    notes: bool = True,
    favours: str | None = None,
) -> Page:
    """A pooled table; ``figures``: with its forest plot; ``notes``: with what was noticed in it.

    ``favours``: words left and right of the null in the plot, ``LEFT|RIGHT``.
    """
    from deqi.report.pooled import pooled_page

    return pooled_page(found, name, library.phrases, figures=figures, notes=notes, favours=favours)


def effects(found: PooledTable, name: str, library: Library) -> Page:
    """The effects of a table's studies, not pooled."""
    from deqi.report.pooled import effects_page

    return effects_page(found, name, library.phrases)


def network(found: NetworkTable, name: str, library: Library, *, notes: bool = True) -> Page:
    """A network of treatments; ``notes``: with what was noticed in its table."""
    from deqi.report.networks import network_page

    return network_page(found, name, library.phrases, notes=notes)


def figure(kind: str, found: PooledTable, library: Library, *, favours: str | None = None) -> str:
    """A figure of a pooled table as SVG, by the name of its option.

    forest, funnel, bubble, gosh, leave-one-out-plot, cumulative-plot, influence-plot, baujat, radial or labbe.

    Raises:
        InputError: nothing can be drawn.
    """
    from deqi.report.pooled_figures import figure_of

    return figure_of(kind, found, library.phrases, favours)


def rank_figure(found: NetworkTable, width: float = RANKS_WIDTH) -> str:
    """The rankograms of a network, as SVG.

    Raises:
        InputError: the treatments are not all connected, so that there are no ranks.
    """
    from deqi.errors import InputError
    from metafit import StatsInputError, rankogram
    from metafit.plots import rank_plot

    try:
        return rank_plot(found.ranks or rankogram(found.fit, small_is_good=found.small_is_good), width=width).svg
    except StatsInputError as error:
        raise InputError(str(error)) from None


def network_figure(found: NetworkTable, width: float = NETWORK_WIDTH) -> str:
    """The network of treatments, as SVG."""
    from metafit.plots import network_plot

    return network_plot(found.fit, width=width).svg


def forest(found: PooledTable, library: Library) -> str:
    """The forest plot of a pooled table, as SVG.

    Raises:
        InputError: nothing can be drawn.
    """
    from deqi.report.pooled_figures import forest_of

    return forest_of(found, library.phrases)


def funnel(found: PooledTable, library: Library) -> str:
    """The funnel plot of a pooled table, as SVG.

    Raises:
        InputError: nothing can be drawn.
    """
    from deqi.report.pooled_figures import funnel_of

    return funnel_of(found, library.phrases)


def drawn(kind: str, found: PooledTable, library: Library, *, favours: str | None = None) -> Figure:
    """A figure of a pooled table for a page, which draws it at the width there is; ``kind`` as in ``figure``.

    Raises:
        InputError: nothing can be drawn.
    """
    from deqi.report.blocks import Figure
    from deqi.report.pooled_figures import WIDTHS, drawn_of

    draw = drawn_of(kind, found, library.phrases, favours)
    draw(WIDTHS[kind])
    return Figure("", draw)


def points(cards: Sequence[PointCard], library: Library) -> Page:
    """One point as a card, several as a list."""
    from deqi.report.point_card import points_page

    return points_page(cards, _words(library))


def trials(listed: Sequence[TrialLine], library: Library) -> Page:
    """The comparisons of the trials."""
    from deqi.report.evidence_card import trials_page

    return trials_page(listed, library.phrases)


def trial(card: TrialCard, library: Library) -> Page:
    """One trial with its numbers."""
    from deqi.report.evidence_card import trial_page

    return trial_page(card, library.phrases)


def claims(rows: Sequence[Claim], library: Library) -> Page:
    """What people are told, with verdicts."""
    from deqi.knowledge.tables.sources import Source
    from deqi.report.ledger import ledger_page

    works = {row.source: row for row in library.knowledge.rows(Source)}
    return ledger_page(rows, works, library.edition, library.phrases)


def sources(rows: Sequence[Source], library: Library) -> Page:
    """Every work."""
    from deqi.report.works import sources_page

    return sources_page(rows, library.phrases)


def source(found: Cited, library: Library) -> Page:
    """One work with the rows that rest on it."""
    from deqi.report.works import source_page

    return source_page(found.source, found.cited_by, library.phrases)


def chain(found: Chain, topic: Topic, library: Library) -> Page:
    """A row, its sources, and the sentences that rest on it."""
    from deqi.report.works import chain_page

    return chain_page(found, topic, library.phrases)


def rows_behind(rows: Sequence[RowLine], library: Library) -> Page:
    """The rows that one sentence rests on."""
    from deqi.report.row_cards import rows_page

    return rows_page(rows, _words(library))


def faults(found: CheckReport, library: Library) -> Page:
    """The faults of an edition."""
    from deqi.report.editions import faults_page

    return faults_page(found, _words(library))


def gaps(found: Gaps, library: Library) -> Page:
    """The gaps of an edition."""
    from deqi.report.editions import gaps_page

    return gaps_page(found.gaps, _words(library))


def tables(found: Mapping[str, int], library: Library) -> Page:
    """Every table, and how many rows it has."""
    from deqi.report.editions import tables_page

    return tables_page(found, library.phrases, _words(library))


def table(found: TableRows, library: Library) -> Page:
    """The keys of a table's rows; of one row every column."""
    from deqi.report.editions import table_page

    return table_page(found.rows, library.phrases, _words(library))


def edition_changes(found: Sequence[Change], library: Library) -> Page:
    """What changed between two editions."""
    from deqi.report.editions import changes_page

    return changes_page(found, _words(library))


def cases(found: CasesReport, library: Library) -> Page:
    """What became of a run of conformance cases."""
    from deqi.report.conformance import cases_page

    return cases_page(found, library.edition, library.phrases)


def _words(library: Library) -> Mapping[str, str]:
    from deqi.report.phrase import labels

    return labels(library.phrases)


def told(found: Assessed, library: Library) -> Page:
    """What a person is told after answering for themselves."""
    from deqi.report.told import told_page

    return told_page(found.assessment, found.engine.catalog, library.knowledge)


def survey(found: Surveyed, library: Library) -> Page:
    """One safety survey with its counts."""
    from deqi.report.row_cards import survey_page

    return survey_page(found.survey, found.rows, library.phrases, _words(library))


def rule_card(found: Rule, library: Library) -> Page:
    """One rule as a reviewed record."""
    from deqi.report.row_cards import rule_card as card

    return card(found, library.phrases, _words(library))


def recorded_changes(library: Library) -> Page:
    """What is different since the last edition, as it was written down."""
    from deqi.knowledge.tables.words import EditionChange
    from deqi.report.editions import recorded_changes_page

    return recorded_changes_page(library.knowledge.rows(EditionChange), library.phrases, _words(library))
