"""Random- and common-effects pools by inverse variance, and what follows from them."""
