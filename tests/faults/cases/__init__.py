"""The faults of issue 6, each a function that is given a working town. Importing this fills `case.CASES`."""

from tests.faults.cases import none  # noqa: I001, F401 (the order is that of the run)
from tests.faults.cases import brokers, several, dispatches, services, databases, rooms, network  # noqa: F401
