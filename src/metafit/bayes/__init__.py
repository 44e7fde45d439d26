"""A prior on the heterogeneity, by direct integration."""
