"""What a city, a region and a country need, reckoned from what was measured."""
