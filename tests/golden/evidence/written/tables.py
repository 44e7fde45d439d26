"""Five made-up trials as people and programs write them: a table, how it is asked, R's answer, what is told.

`key` names the call in pools.json; a table with another number, or without one, is misread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

NAMES: Final = ("Abbot 2004", "Bauer 2009", "Chen 2011", "Diaz 2013", "Evans 2016")
COUNTS: Final = ((12, 48, 20, 50), (8, 40, 15, 41), (30, 120, 41, 118), (5, 33, 9, 30), (18, 75, 22, 77))
MEANS: Final = (
    (31.2, 18.4, 48, 40.5, 19.1, 50), (28.7, 20.3, 40, 37.2, 22.4, 41), (35.1, 17.9, 120, 39.8, 18.5, 118),
    (25.4, 15.2, 33, 38.0, 16.6, 30), (33.3, 21.0, 75, 36.1, 20.4, 77),
)  # fmt: skip
GIVEN: Final = ((-0.42, 0.20), (-0.31, 0.22), (-0.18, 0.13), (-0.55, 0.26), (-0.10, 0.16))
RATIOS: Final = (
    ("0.72", "0.55", "0.94"), ("0.85", "0.66", "1.09"), ("0.64", "0.43", "0.95"), ("0.91", "0.74", "1.12"),
    ("0.78", "0.52", "1.17"),
)  # fmt: skip
DIFFERENCES: Final = (
    ("-9.3", "-16.7", "-1.9"), ("-8.5", "-17.8", "0.8"), ("-4.7", "-9.3", "-0.1"), ("-12.6", "-20.5", "-4.7"),
    ("-2.8", "-9.4", "3.8"),
)  # fmt: skip
TWO: Final = "study,events_t,total_t,events_c,total_c"


@dataclass(frozen=True)
class Written:
    """A table, and what must come of it."""

    name: str
    data: bytes
    key: str
    told: str = ""
    options: dict[str, object] = field(default_factory=dict)


def _table(header: str, rows: list[str]) -> str:
    return "\n".join([header, *(f"{name},{row}" for name, row in zip(NAMES, rows, strict=True))]) + "\n"


def _plain(header: str, numbers: tuple[tuple[object, ...], ...]) -> str:
    return _table(header, [",".join(map(str, row)) for row in numbers])


def _cells(header: str, shape: str, numbers: tuple[tuple[object, ...], ...]) -> str:
    return _table(header, [shape.format(*row) for row in numbers])


_SWAPPED: Final = tuple((c, d, a, b) for a, b, c, d in COUNTS)
_SE: Final = tuple((a, b / c**0.5, c, d, e / f**0.5, f) for a, b, c, d, e, f in MEANS)
_SHARES: Final = tuple((a, b, 100 * a / b, c, d, 100 * c / d) for a, b, c, d in COUNTS)
_MINUS: Final = tuple(tuple(one.replace("-", "\u2212") for one in row) for row in DIFFERENCES)
_MD: Final[dict[str, object]] = {"measure": "MD"}
_COUNTS: Final = _plain(TWO, COUNTS)
_THOUSANDS: Final = (
    "A;62;13{0}598;248;12{0}867\nB;33;5{0}069;47;5{0}808\nC;180;1{0}541;372;1{0}451\nD;8;2{0}545;10;629\n"
)

TABLES: Final = tuple(
    Written(name, data if isinstance(data, bytes) else data.encode(), key, told, options)
    for name, data, key, told, options in (
        # several numbers in a cell
        ("n/N", _cells("study,treatment,control", "{0}/{1},{2}/{3}", COUNTS), "RR", "treatment_events and treat", {}),
        (
            "n/N (%)",
            _cells("Study,Acupuncture n/N (%),Sham n/N (%)", "{0} / {1} ({2:.1f}%),{3}/{4} ({5:.1f}%)", _SHARES),
            "RR",
            "taken apart",
            {},
        ),
        ("n (%)", _cells(TWO, "{0} ({2:.0f}%),{1},{3} ({5:.0f}%),{4}", _SHARES), "RR", "the counts are used", {}),
        (
            "n (%) named",
            _cells(TWO.replace("s_", "s (%) "), "{0} ({2:.1f}),{1},{3} ({5:.1f}),{4}", _SHARES),
            "RR",
            "the counts are used",
            {},
        ),
        ("n=", _cells(TWO, "{0},n={1},{2},N = {3}", COUNTS), "RR", "", {}),
        (
            "mean \u00b1 SD, n twice",
            _cells("study,Treatment mean ± SD,n,Control mean ± SD,n", "{0} ± {1},{2},{3}±{4},{5}", MEANS),
            "MD",
            "taken apart",
            _MD,
        ),
        (
            "mean (SD)",
            _cells("study,Verum mean (SD),Verum n,Control mean (SD),Control n", "{0} ({1}),{2},{3} ({4}),{5}", MEANS),
            "MD",
            "verum_mean and verum_sd",
            _MD,
        ),
        (
            "mean (SE)",
            _cells("study,Verum mean (SE),n,Control mean (SE),n", "{0} ({1:.9f}),{2},{3} ({4:.9f}),{5}", _SE),
            "MD",
            "worked out from the standard error",
            _MD,
        ),
        ("OR (95% CI)", _cells("study,HR (95% CI)", "{0} ({1}-{2})", RATIOS), "ratios, 95 %", "taken apart", {}),
        ("HR to", _cells("Study,HR (95 % CI)", "{0} ({1} to {2})", RATIOS), "ratios, 95 %", "measure HR", {}),
        (
            "Lancet",
            _cells("Study,HR (95% CI)", "{0} ({1}\u2013{2})", RATIOS).replace("0.", "0\u00b7").replace("1.", "1\u00b7"),
            "ratios, 95 %",
            "measure HR",
            {},
        ),
        (
            "CI in a column",
            _cells("study,HR,95% CI", '{0},"({1}, {2})"', RATIOS),
            "ratios, 95 %",
            "ci_low and ci_high",
            {},
        ),
        (
            "CI, decimal commas",
            _cells("study;HR;95% CI", "{0};{1} to {2}", RATIOS).replace(",", ";").replace(".", ","),
            "ratios, 95 %",
            "ci_low and ci_high",
            {},
        ),
        ("MD, true minus", _cells("Study,MD (95% CI)", "{0} ({1}\u2013{2})", _MINUS), "differences", "measure MD", {}),
        ("MD, hyphens", _cells("Study,MD (95% CI)", "{0} ({1}-{2})", DIFFERENCES), "differences", "measure MD", {}),
        (
            "90 % intervals",
            _plain("study,HR,90% CI low,90% CI high", RATIOS),
            "ratios, 90 %",
            "read as 90 % intervals",
            {},
        ),
        (
            "99 % in a cell",
            _cells("study,HR (99% CI)", "{0} ({1}-{2})", RATIOS),
            "ratios, 99 %",
            "read as 99 % intervals",
            {},
        ),
        # rows that are no studies
        ("title", "Table 2. Outcomes at 12 weeks\n\n" + _COUNTS, "RR", "Above the names of the columns", {}),
        ("title, semicolons", "Table 2\n" + _COUNTS.replace(",", ";"), "RR", "Above the names of the columns", {}),
        ("header again", _COUNTS.replace("\nDiaz", f"\n{TWO}\nDiaz"), "RR", "stand again, passed over: row 5", {}),
        (
            "units",
            _plain("study,mean_t,sd_t,n_t,mean_c,sd_c,n_c", MEANS).replace("\nAbbot", "\n,mm,mm,,mm,mm,\nAbbot"),
            "MD",
            "Row 2 names units (mm)",
            _MD,
        ),
        (
            "footnotes",
            _COUNTS.replace("12,", "12*,", 1) + "\n* personal communication\n",
            "RR",
            "Words without numbers",
            {},
        ),
        # names of programs and of arms
        ("JASP", _plain("Study,Effect Size,Effect Size Standard Error", GIVEN), "given", "", {}),
        ("CMA", _plain("Study name,Std diff in means,Standard error", GIVEN), "given", "measure SMD", {}),
        (
            "OpenMeta",
            _plain("study names,Tx A #evts,Tx A #total,Tx B #evts,Tx B #total", COUNTS),
            "RR",
            "tx_b_#evts as events_c",
            {},
        ),
        ("PythonMeta", _plain("study,e1,n1,e2,n2", COUNTS), "RR", "columns of PythonMeta", {}),
        ("statsmodels", _plain("study,count1,nobs1,count2,nobs2", COUNTS), "RR", "columns of statsmodels", {}),
        (
            "placebo, drug",
            _plain("Study,Placebo events,Placebo N,Pregabalin events,Pregabalin N", _SWAPPED),
            "RR",
            "pregabalin_events as events_t",
            {},
        ),
        (
            "sham, real",
            _plain(
                "Study,Sham acupuncture events,Sham acupuncture N,Real acupuncture events,Real acupuncture N", _SWAPPED
            ),
            "RR",
            "real_acupuncture_events as events_t",
            {},
        ),
        (
            "heading over sham",
            "Study,Sham,,Real acupuncture,\n,Events,Total,Events,Total\n" + _plain("", _SWAPPED)[1:],
            "RR",
            "real_acupuncture_events as events_t",
            {},
        ),
        (
            "three rows of heading",
            "Study,At 12 weeks,,,\n,Acupuncture,,Sham,\n,n,N,n,N\n" + _plain("", COUNTS)[1:],
            "RR",
            "",
            {},
        ),
        (
            "usual care",
            _plain("Study,Acupuncture (events),Acupuncture (total),Usual care (events),Usual care (total)", COUNTS),
            "RR",
            "usual_care_(events) as events_c",
            {},
        ),
        # bytes
        (
            "Windows",
            _cells("study,yi,sei", "{0},{1}", GIVEN)
            .replace("-", "\u2013")
            .replace("Bauer", "B\u00e4uer")
            .encode("cp1252"),
            "given",
            "read as Windows-1252",
            {},
        ),
        ("UTF-16 without a mark", _COUNTS.encode("utf-16-le"), "RR", "", {}),
        ("UTF-16", _COUNTS.replace(",", "\t").encode("utf-16"), "RR", "", {}),
        ("spaces", _COUNTS.replace(" 20", "20").replace(",", "  "), "RR", "", {}),
        ("old Macintosh", _COUNTS.replace("\n", "\r"), "RR", "", {}),
        (
            "thousands, narrow",
            TWO.replace(",", ";") + "\n" + _THOUSANDS.format("\u202f"),
            "thousands",
            "separators of thousands",
            {},
        ),
        (
            "thousands, Swiss",
            TWO.replace(",", ";") + "\n" + _THOUSANDS.format("\u2019"),
            "thousands",
            "separators of thousands",
            {},
        ),
        ("not reported", _COUNTS.replace("12,48", "NR,48"), "RR, without the first", "Left out: Abbot 2004", {}),
    )
)
