"""What the sets cannot see is counted."""

from deqi.people.terminology.coverage import NO_CODE, coverage
from tests.support.resources import SUBJECT, bundle, condition, patient, read, resource
from tests.support.terminology import INDEX


def test_systems_are_counted_with_the_sets_that_hold_none_of_their_codes():
    local = resource("Condition", subject=SUBJECT, code={"coding": [{"system": "urn:local", "code": "1"}]})
    words = resource("Condition", subject=SUBJECT, code={"text": "epilepsy"})
    persons = read(bundle(patient(), condition(), condition("R51"), local, words)).persons
    rows = {row.system: row for row in coverage(persons, INDEX)}
    assert (rows["icd10cm"].facts, rows["icd10cm"].matched, rows["icd10cm"].blind_sets) == (2, 1, ())
    assert rows["urn:local"].blind_sets == ("diabetes", "epilepsy", "lymphoedema", "no-words")
    assert (rows[NO_CODE].matched, rows[NO_CODE].blind_sets) == (1, ("no-words",))
