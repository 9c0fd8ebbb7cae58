"""Pictures of every page for docs/screens.md, taken while the demo city plays: `make screens`."""
