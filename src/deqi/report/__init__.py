"""The assembled report and its surfaces."""
