"""How many alarms a second correlation takes, with one worker and two; what its memory holds, and how it comes back."""
