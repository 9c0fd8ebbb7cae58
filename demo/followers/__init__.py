"""Reading what the doors tell: live streams that resume, and the outcomes of signals."""
