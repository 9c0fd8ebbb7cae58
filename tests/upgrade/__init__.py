"""`make upgrade-test`: an older version under load becomes this one, process by process, and the books are closed."""
