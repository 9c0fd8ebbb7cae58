"""`python -m services.triage screening|correlation`: starts one of the two processes."""

import argparse

from services.chassis.settings import load
from services.triage.settings import CorrelationSettings, ScreeningSettings


def main() -> None:
    """Runs the named process until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m services.triage", description=__doc__)
    parser.add_argument("process", choices=["screening", "correlation"])
    if parser.parse_args().process == "screening":
        from services.triage.screening.process import run as screening

        screening(load(ScreeningSettings))
    else:
        from services.triage.correlation.process import run as correlation

        correlation(load(CorrelationSettings))


if __name__ == "__main__":
    main()
