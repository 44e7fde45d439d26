"""Effects and their variances, from what trials and papers print."""
