"""The pages in a real Chromium against the real stack. Screenshots are kept beside the run, to be looked at."""
