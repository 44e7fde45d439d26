"""Tables of networks as people have them: what is read, and that everything misread is said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from deqi.errors import InputError
from deqi.evidence.table.contrasts import NetworkTable, pool_contrasts
from deqi.evidence.table.reading import parse_table

LONG = """study,treatment,events,total
A,needles,8,40
A,sham,14,41
B,needles,5,30
B,tablets,9,32
B,sham,11,31
C,tablets,7,25
C,sham,9,24
"""


def fitted(text: str, **options: object) -> NetworkTable:
    return pool_contrasts(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


def notes(text: str, **options: object) -> str:
    return " ".join(fitted(text, **options).warnings)


def same(one: NetworkTable, other: NetworkTable) -> None:
    assert one.fit.treatments == other.fit.treatments
    np.testing.assert_allclose(one.fit.estimate, other.fit.estimate, rtol=1e-12)
    np.testing.assert_allclose(one.fit.se, other.fit.se, rtol=1e-12)


def test_one_table_in_the_layouts_of_several_programs() -> None:
    """A row an arm by ours, gemtc's and multinma's names; a row a study with its arms side by side."""
    ours = fitted(LONG)
    assert (ours.fit.measure, ours.fit.studies, len(ours.fit.treatments)) == ("RR", 3, 3)
    for header in (
        "study,treatment,responders,sampleSize",
        "studyn,trtc,r,n",
        "Author,Intervention,deaths,randomised",
        "id,trt,xi,ni",
    ):
        other = LONG.replace("study,treatment,events,total", header)
        same(ours, fitted(other))
        assert "Read as the columns of a network" in notes(other)
    wide = (
        "studlab,treat1,event1,n1,treat2,event2,n2,treat3,event3,n3\n"
        "A,needles,8,40,sham,14,41,,,\nB,needles,5,30,tablets,9,32,sham,11,31\nC,tablets,7,25,sham,9,24,NA,NA,NA\n"
    )
    same(ours, fitted(wide))
    assert "event1, event2, event3 as events" in notes(wide)


def test_rows_of_comparisons_by_the_names_of_netmeta() -> None:
    """TE is the first treatment against the second; the arms' own numbers beside it are not needed."""
    ours = fitted("study,treatment,control,yi,sei\nA,x,y,0.5,0.2\nB,x,z,0.3,0.1\n")
    netmeta = "studlab,treat1,treat2,TE,seTE\nA,x,y,0.5,0.2\nB,x,z,0.3,0.1\n"
    pairwise = "studlab,treat1,treat2,TE,seTE,event1,n1,event2,n2\nA,x,y,0.5,0.2,5,10,3,10\nB,x,z,0.3,0.1,9,20,8,20\n"
    same(ours, fitted(netmeta))
    same(ours, fitted(pairwise))
    assert ours.fit.estimate[ours.fit.index("x"), ours.fit.index("y")] == pytest.approx(0.5)
    assert "treatment minus control" in notes(netmeta) and "treat1 as treatment, treat2 as control" in notes(netmeta)
    logs = fitted("id,treat1,treat2,lnOR,selnOR\nA,x,y,0.5,0.2\nB,x,z,0.3,0.1\n")
    assert logs.fit.measure == "OR"


def test_means_and_estimates_of_arms() -> None:
    means = "study,treatment,mean,std.dev,sampleSize\nA,x,1,0.5,25\nA,y,2,1,25\n"
    fit = fitted(means).fit
    assert fit.measure == "MD" and fit.estimate[1, 0] == pytest.approx(1.0)
    assert fit.se[1, 0] ** 2 == pytest.approx((0.25 + 1) / 25)
    same(fitted(means), fitted("study,treatment,y,se\nA,x,1,0.1\nA,y,2,0.2\n"))
    assert fitted(means, measure="SMD").fit.measure == "SMD"
    rates = fitted("study,treatment,r,E\nA,x,10,100\nA,y,20,100\n")
    assert rates.fit.measure == "IRR" and rates.fit.estimate[1, 0] == pytest.approx(np.log(2))


def test_empty_cells_are_said() -> None:
    zero = (
        LONG.replace("A,needles,8", "A,needles,0").replace("C,tablets,7", "C,tablets,0").replace("C,sham,9", "C,sham,0")
    )
    told = notes(zero, measure="OR")
    assert "1/2 was added to the cells of every arm of studies with an empty cell: A" in told
    assert "nobody (or everybody) had the event in every arm" in told and ": C; --measure RD" in told
    assert fitted(zero, measure="OR").fit.studies == 2 and fitted(zero, measure="RD").fit.studies == 3
    missing = LONG.replace("A,sham,14", "A,sham,NR")
    assert "Left out: A (sham) (events missing)." in notes(missing) and "fewer than two arms" in notes(missing)


def test_doubtful_names_and_parts_are_said() -> None:
    text = "study,treatment,control,yi,vi\nA,Nädeln,Plazebo,0.1,0.1\nB,Naedeln ,プラセボ,0.2,0.1\n"
    told = notes(text, also=("components",))
    assert "Naedeln and Nädeln: are these one treatment?" in told
    assert "No study connects these parts of the network" in told and "プラセボ" in told
    with pytest.raises(InputError, match=r"parts that no study connects.*Naedeln and Nädeln: are these one"):
        fitted(text)
    assert "are these one treatment" not in notes(LONG) and "No study connects" not in notes(LONG)


def test_capitals_and_blanks_make_no_other_treatment() -> None:
    """They are joined under the usual spelling, and it is said; the numbers are those of one spelling."""
    mixed = LONG.replace("B,needles", "B,NEEDLES").replace("C,tablets", "C, Tablets ").replace("B,sham", "B,sham  ")
    same(fitted(LONG), fitted(mixed))
    told = notes(mixed)
    assert "Taken as one treatment, because only capitals or blanks differ: " in told
    assert "needles (NEEDLES)" in told and "(Tablets)" in told and "are these one" not in told
    blanks = "study,treatment,control,yi,vi\nA,usual  care,x,0.1,0.1\nB,Usual care,x,0.2,0.1\n"
    assert fitted(blanks).fit.treatments == ("Usual care", "x")
    assert "Taken as one" not in notes(LONG)


def test_spellings_that_meet_in_one_study_are_not_joined() -> None:
    """Two arms of one trial may be the same one twice, or two: nobody can tell, so it is asked."""
    arms = "study,treatment,events,total\nA,Acu,8,40\nA,acu,10,40\nA,sham,14,41\nB,acu,5,30\nB,sham,9,32\n"
    assert "Acu and acu: are these one treatment?" in notes(arms) and fitted(arms).fit.studies == 2
    itself = "study,treatment,control,yi,sei\nA,acu,Acu,-0.5,0.2\nB,acu,sham,-0.2,0.25\n"
    assert "Acu and acu: are these one treatment?" in notes(itself)


def test_arms_of_one_study_spelled_in_two_ways_come_together() -> None:
    text = LONG.replace("A,needles", "a,needles").replace("B,sham", "b ,sham")
    same(fitted(LONG), fitted(text))
    assert "Taken as one study, because only capitals, blanks or dashes differ" in notes(text)
    two = "study,treatment,events,total\nLee,x,8,40\nLee,y,10,40\nLEE,x,14,41\nLEE,y,5,30\n"
    assert fitted(two).fit.studies == 2 and "Taken as one" not in notes(two), "each has both arms: two studies"


@pytest.mark.parametrize(
    ("names", "asks"),
    [
        (("electroacupuncture", "electro-acupuncture", "electro acupuncture"), True),
        (("acupuncture", "acupunture", "sham"), True),
        (("sertraline", "cetraline", "sham"), False),
        (("TENS", "TEAS", "sham"), False),
        (("drug 10 mg", "drug 20 mg", "sham"), False),
        (("vitamin B1", "vitamin B6", "sham"), False),
        (("xy", "x + y", "sham"), False),
    ],
)
def test_names_that_differ_by_a_sign_or_a_letter_are_asked_about(names: tuple[str, ...], asks: bool) -> None:
    one, other, third = names
    text = f"study,treatment,control,yi,vi\nA,{one},{third},0.1,0.1\nB,{other},{third},0.2,0.1\n"
    assert ("are these one treatment?" in notes(text)) == asks


def test_treatments_without_events_or_without_a_study_are_said() -> None:
    none = (
        "study,treatment,events,total\nA,acu,0,40\nA,sham,3,41\nB,acu,0,30\nB,sham,2,32\nC,drug,4,50\nC,sham,3,50\n"
        "D,acu,0,20\nD,lone,0,22\n"
    )
    told = notes(none)
    assert "Nobody had the event in any arm of acu that counts" in told
    assert "Not in the network, because no study of it can be used: lone." in told
    assert "Nobody had" not in notes(none, measure="RD") and "Not in the network" not in notes(none, measure="RD")
    every = none.replace("A,acu,0", "A,acu,40").replace("B,acu,0", "B,acu,30").replace("D,acu,0,20\nD,lone,0,22\n", "")
    assert "Everybody had the event in every arm of acu" in notes(every, measure="OR")
    assert "Everybody" not in notes(every, measure="RR"), "a risk ratio of everybody is a number"


def test_heterogeneity_that_cannot_be_estimated_is_said() -> None:
    star = "study,treatment,control,yi,vi\nA,x,z,0.1,0.1\nB,y,z,0.2,0.1\n"
    assert "tau2 cannot be estimated" in str(fitted(star).fit)
    assert "tau2 cannot be estimated" not in str(fitted(star + "C,x,y,0.1,0.1\n").fit)
    assert "tau2 cannot be estimated" not in str(fitted(star, method="FE").fit)


@pytest.mark.parametrize(
    ("way", "taken", "df"), [("V", "V", 2), ("t", "V", 2), ("hts", "HTS", 1), ("riley", "HTS", 1), ("Z", "S", None)]
)
def test_prediction_intervals_by_name(way: str, taken: str, df: int | None) -> None:
    rows = "".join(
        f"{s},{a},{b},{y},0.02\n" for s, a, b, y in zip("ABCD", "xxyx", "yzzy", (0.1, 0.9, 0.2, 0.6), strict=True)
    )
    found = fitted(f"study,treatment,control,yi,vi\n{rows}", prediction=way)
    fit = found.fit
    quantile = stats.norm.ppf(0.975) if df is None else stats.t.ppf(0.975, df)
    half = quantile * np.sqrt(fit.se[1, 0] ** 2 + fit.tau2)
    assert (fit.prediction, fit.q_df) == (taken, 2) and fit.tau2 > 0.0
    assert fit.prediction_high[1, 0] - fit.estimate[1, 0] == pytest.approx(half)
    assert f"({taken}: {'z' if df is None else f't on {df} df'}" in str(fit)
    document = found.as_json()
    assert document["prediction"] == taken
    assert document["pairs"][0]["prediction"][1] == pytest.approx(fit.prediction_high[0, 1])


FOUR = [("a", "b", 0.1), ("a", "c", 0.1), ("a", "d", 0.1), ("b", "c", 0.35), ("b", "d", 0.02), ("c", "d", 0.02)]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("study,yi,vi\nA,1,1\n", {}, "needs the columns study, treatment, control"),
        ("treatment,events,total\nx,1,9\n", {}, "names the study of each row"),
        ("study,treatment,weight\nA,x,1\n", {}, "arms need events and total"),
        ("study,treatment,diff,std.err\nA,x,,\nA,y,1,0.2\n", {}, "one row a comparison"),
        ("study,treatment,control,yi,vi\n,x,y,1,1\n", {}, "row 2, column study"),
        ("study,treatment,events,total\nA,,1,9\n", {}, "row 2, column treatment"),
        ("study,treatment,events,total\nA,x,1,9\nA,x,2,9\nA,y,1,9\n", {}, "study A has x in two rows"),
        ("study,treatment,events,total\nA,x,0,9\nA,y,0,9\n", {}, "no study has two arms"),
        ("study,treatment,events,total\nA,x,1.5,9\nA,y,1,9\n", {}, "row 2, column events: 1.5 is no count"),
        (LONG, {"measure": "PLO"}, "PLO is of one group"),
        (LONG, {"measure": "MD"}, "cannot be made of these columns"),
        (LONG, {"also": ("nodes",)}, "use league, ranks, splits, node-splits, designs, components, all"),
        (LONG, {"inactive": "sham"}, "--inactive is for --also components"),
        (LONG, {"also": ("components",), "inactive": "placebo"}, "'placebo' is not one of the components"),
        (LONG, {"prediction": "PR"}, "--prediction 'PR' is not known; use V, HTS or S"),
        (
            "study,treatment,control,yi,vi\nA,x,y,0.1,0.1\nA,x,z,0.2,0.1\nA,y,z,,0.1\nB,y,z,0.1,0.1\n",
            {},
            "study A has the arms x, y, z, and its row .or the effect. of y against z is missing",
        ),
        (
            "study,treatment,control,yi,vi\nA,x,y,0.1,0.1\nA,Y ,x,-0.1,0.1\n",
            {},
            "study A has x against y in two rows",
        ),
        (
            "study,treatment,control,yi,vi\n" + "".join(f"A,{a},{b},0,{v}\n" for a, b, v in FOUR) + "B,a,b,0,1\n",
            {},
            "study A has variances that no trial can have",
        ),
    ],
)
def test_what_cannot_be_read_is_one_sentence(text: str, options: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says) as told:
        fitted(text, **options)
    assert "\n" not in str(told.value)


def test_what_is_made_of_a_network_stands_in_its_document() -> None:
    text = "study,treatment,control,yi,vi\nA,x,p,0.1,0.1\nB,y,p,0.3,0.1\nC,x + y,p,0.6,0.1\nD,x,y,0.1,0.1\n"
    found = fitted(text, also=("all",), inactive="p", small_is_good=False)
    assert found.league is not None and found.ranks is not None and found.components is not None
    document = found.as_json()
    assert document["league"][0]["treatment"] == found.league.treatments[0] and len(document["league"]) == 6
    assert sum(row[0] for row in document["ranks"]["probability"]) == pytest.approx(1.0)
    assert (document["ranks"]["draws"], document["ranks"]["seed"]) == (100_000, 1)
    assert [one["component"] for one in document["components"]["estimates"]] == ["x", "y"]
    assert document["components"]["difference"]["df"] == 1
    assert [one["studies"] for one in document["splits"]] == [1, 1, 1, 0, 1, 0]
    assert {"treatment": "p", "control": "x", "studies": 1}.items() <= document["node_splits"][0].items()
    assert document["node_splits"][0]["p"] == pytest.approx(document["splits"][0]["p"]), "no tau2 to be told apart"
    assert document["design_test"]["between_random"] == document["designs"]
    assert len(document["design_test"]["designs"]) == 4
    assert {"league", "ranks", "components", "splits", "node_splits", "design_test"}.isdisjoint(fitted(text).as_json())
