"""Several outcomes of each study."""
