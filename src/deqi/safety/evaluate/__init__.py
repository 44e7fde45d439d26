"""The reference evaluator: one person in plain Python; one module a kind of leaf."""
