"""Am I a candidate? One question a screen; nothing is kept: every answer travels in the form and nowhere else."""
