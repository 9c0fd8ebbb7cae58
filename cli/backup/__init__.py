"""`vigie backup | restore | state-hash`: the database saved whole, and put back."""
