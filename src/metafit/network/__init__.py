"""Several treatments compared at once."""
