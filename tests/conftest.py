"""Fixtures on real parts for all folders; the report by folder at the end."""

pytest_plugins = ["tests.stack.fixtures", "tests.stack.report", "tests.stack.skips"]
