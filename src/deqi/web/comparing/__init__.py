"""For researchers: tick trials in and out; plot, numbers and sentence follow, and the address keeps the choice."""
