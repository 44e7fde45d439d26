"""For programs: the same verbs as JSON, each address declared once with its types, its limits and its document."""
