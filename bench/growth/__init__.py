"""What one more signal or call costs, in processor time, as the centre grows ten times and ten times again."""
