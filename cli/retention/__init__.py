"""What is past its time: destroyed, or held."""
