"""What an assignment and an incident cost PostgreSQL, and how long the console's questions take over a year."""
