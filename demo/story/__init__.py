"""The scenes of the evening: what happens, and what must come of it. One file a scene."""
