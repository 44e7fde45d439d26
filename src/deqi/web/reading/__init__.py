"""Reading: find a topic, decide, see where every number comes from."""
