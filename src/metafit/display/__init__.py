"""How results look: one summary, printed as text or HTML, and frames."""
