"""Pool your own: a pasted or uploaded table of studies, pooled in memory; nothing of it is kept."""
