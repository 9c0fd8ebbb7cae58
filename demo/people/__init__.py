"""Those who answer: officers with tablets, an operator, partner agencies, crews."""
