"""`python -m services.notify` runs the process; `python -m services.notify migrate` prepares its tables."""

import asyncio
import sys

from services.chassis import logs, telemetry
from services.chassis.lifecycle import run
from services.chassis.settings import load
from services.notify.process import NotifyProcess
from services.notify.settings import NotifySettings
from services.notify.store.migrate import migrate

USAGE = "usage: python -m services.notify [migrate]\n"


def main(arguments: list[str]) -> int:
    """Exit code; 2 for a wrong argument or setting."""
    if arguments not in ([], ["migrate"]):
        sys.stderr.write(USAGE)
        return 2
    settings = load(NotifySettings)
    logs.setup("notify", settings.log_level)
    if arguments:
        migrate(settings.database_url.get_secret_value())
        return 0
    provider = telemetry.setup("notify", settings)

    async def process(stop: asyncio.Event) -> None:
        await NotifyProcess(settings, stop).run()

    try:
        run(process)
    finally:
        provider.shutdown()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
