"""SOS of the citizens' app: the alarm, the positions that follow, the cancel that never erases."""
