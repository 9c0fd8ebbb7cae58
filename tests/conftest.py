"""Fixtures on real parts for all folders; the report by folder at the end."""

pytest_plugins = [f"tests.stack.{name}" for name in ("fixtures", "logged", "report", "said", "side_by_side", "skips")]
