"""`vigie replay`: recorded decisions evaluated again, with the same or with changed run cards."""
