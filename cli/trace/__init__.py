"""`vigie trace`: one alarm's way through all services, from the spans that they wrote on this machine."""
