"""The plan checker: needles from a protocol, from the map or jotted down, judged for a person; nothing is kept."""
