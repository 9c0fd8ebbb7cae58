"""PostgreSQL: tables, and the reading and writing of domain values. No decision is made here."""
