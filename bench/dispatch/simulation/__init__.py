"""An event-driven simulator of patrols: turnout, journeys, diversion, queue, return to post, shifts, breaks, move-ups."""
