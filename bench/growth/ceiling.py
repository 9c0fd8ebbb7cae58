"""What two busy processors of this machine can do together: virtual ones may share a core, its caches, its clock."""

import multiprocessing
import statistics
import time

ROUNDS, STEPS = 5, 3_000_000


def kept_with_two() -> float:
    """Work a CPU-second of two processes that share nothing, as a share of one's; medians of five rounds in turn."""
    context = multiprocessing.get_context("spawn")
    shares = []
    for _ in range(ROUNDS):
        with context.Pool(1) as one:
            alone = one.map(_cpu_s, [STEPS])[0]
        with context.Pool(2) as two:
            together = statistics.mean(two.map(_cpu_s, [STEPS, STEPS], chunksize=1))
        shares.append(alone / together)
    return statistics.median(shares)


def _cpu_s(steps: int) -> float:
    """Processor seconds for so many steps, over data that a cache does not hold."""
    held = {number: str(number) for number in range(200_000)}
    began = time.process_time()
    total = 0
    for number in range(steps):
        total += len(held[(number * 7919) % 200_000])
    return time.process_time() - began
