"""`vigie pack check | show | apply`: a city pack from files to a running centre."""
