"""FHIR R4 (4.0.1, 4.3.0) in: the resources that say something about a person, and nothing else of them."""
