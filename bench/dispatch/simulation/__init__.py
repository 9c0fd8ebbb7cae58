"""An event-driven simulator of patrols: turnout, journeys, diversion, queue, shifts, breaks, move-ups."""
