"""The loop: choose parents, ask authors, call the judge, tell the archive, keep the budget."""
