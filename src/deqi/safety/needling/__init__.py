"""What is to be done, and what lies where it is done."""
