"""Runs one ingest process: every door, one producer, until SIGTERM. The only place where things are connected."""

import asyncio
import sys

from services.chassis import lifecycle, logs, telemetry
from services.chassis.clock import SystemClock
from services.chassis.settings import load
from services.ingest.process import IngestProcess
from services.ingest.settings import IngestSettings


def main() -> None:
    """Exit code 0 after SIGTERM, 1 after a fault, 2 for a wrong setting or a taken port."""
    settings = load(IngestSettings)
    logs.setup("ingest", settings.log_level)
    provider = telemetry.setup("ingest", settings)

    async def serve(stop: asyncio.Event) -> None:
        await IngestProcess(settings, SystemClock()).run(stop)

    try:
        lifecycle.run(serve)
    except OSError as error:
        sys.stderr.write(
            f"Port occupé ou adresse impossible ({error}) : changez INGEST_HTTP_PORT ou INGEST_DC09_PORT. / "
            "Port taken or address impossible: change INGEST_HTTP_PORT or INGEST_DC09_PORT.\n"
        )
        raise SystemExit(2) from None
    finally:
        provider.shutdown()


if __name__ == "__main__":
    main()
