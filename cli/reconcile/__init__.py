"""`vigie reconcile`: what was acknowledged, compared with what became of it."""
