"""All tables, in reading order."""

from deqi.knowledge.tables import atlas, evidence, harms, sources, vocabulary, words
from deqi.knowledge.tables.base import TableSpec

_ALL = (
    TableSpec("sources", sources.Source, ("source",), "papers, guidelines, registers and pages"),
    TableSpec("regions", vocabulary.Region, ("region",), "places on the body"),
    TableSpec("region_points", vocabulary.RegionPoint, ("region", "point"), "which points lie in which region"),
    TableSpec("techniques", vocabulary.Technique, ("technique",), "ways of treating"),
    TableSpec("units", vocabulary.Unit, ("code", "to", "quantity"), "UCUM units and conversions"),
    TableSpec("observations", vocabulary.ObservationKind, ("observation",), "measurements rules ask about"),
    TableSpec("code_sets", vocabulary.CodeSet, ("set",), "sets of codes"),
    TableSpec("codes", vocabulary.Code, ("set", "system", "code"), "the codes of each set"),
    TableSpec("drug_products", vocabulary.DrugProduct, ("system", "code", "ingredient"), "products and ingredients"),
    TableSpec("questions", vocabulary.Question, ("question",), "what is asked when a fact is not recorded"),
    TableSpec("settings", vocabulary.Setting, ("setting",), "thresholds a clinic may set"),
    TableSpec("points", atlas.Point, ("code",), "acupuncture points"),
    TableSpec("point_anatomy", atlas.PointAnatomy, ("point",), "anatomy at each point"),
    TableSpec("point_depths", atlas.PointDepth, ("point",), "textbook depths"),
    TableSpec("point_names", atlas.PointName, ("alias", "kind", "canonical"), "other names"),
    TableSpec(
        "point_duplicates",
        atlas.PointDuplicate,
        ("point", "sub_site"),
        "extra points that are channel points",
    ),
    TableSpec("hazards", atlas.Hazard, ("hazard",), "what a needle can injure at a point"),
    TableSpec("hazard_depths", atlas.HazardDepth, ("hazard", "what", "statistic", "population"), "measured depths"),
    TableSpec("hazard_texts", atlas.HazardText, ("hazard",), "textbook words about hazards"),
    TableSpec("stricta", atlas.Stricta, ("item",), "STRICTA 2010 items"),
    TableSpec("trials", evidence.Trial, ("trial",), "trials"),
    TableSpec("trial_arms", evidence.TrialArm, ("trial", "comparator"), "comparisons of each trial"),
    TableSpec("trial_results", evidence.TrialResult, ("trial", "comparator"), "which way each comparison went"),
    TableSpec("outcomes", evidence.Outcome, ("outcome",), "outcomes of each comparison"),
    TableSpec("outcome_values", evidence.OutcomeValue, ("value",), "numbers by arm"),
    TableSpec("outcome_contrasts", evidence.OutcomeContrast, ("contrast",), "differences as printed"),
    TableSpec("published_pools", evidence.PublishedPool, ("pool",), "pooled estimates of reviews"),
    TableSpec("published_pool_notes", evidence.PublishedPoolNote, ("pool",), "beside each pooled estimate"),
    TableSpec("indications", evidence.Indication, ("indication",), "other uses"),
    TableSpec("indication_details", evidence.IndicationDetail, ("indication",), "details of other uses"),
    TableSpec("harm_surveys", harms.HarmSurvey, ("survey",), "safety surveys"),
    TableSpec("harm_rows", harms.HarmRow, ("harm",), "counts and rates of events"),
    TableSpec("harm_uses", harms.HarmUse, ("harm",), "what each harm row may be used for"),
    TableSpec("published_harm_pools", harms.PublishedHarmPool, ("pool",), "pooled harm rates of reviews"),
    TableSpec("published_harm_pool_notes", harms.PublishedHarmPoolNote, ("pool",), "beside each pooled harm rate"),
    TableSpec("claims", words.Claim, ("claim",), "sentences patients are told"),
    TableSpec("guidelines", words.Guideline, ("guideline",), "what bodies recommend"),
    TableSpec("alternatives", words.Alternative, ("alternative",), "what else there is"),
    TableSpec("events", words.Event, ("event",), "unwanted events in plain words"),
    TableSpec("practicalities", words.Practicality, ("key",), "practical questions"),
)

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in _ALL}
