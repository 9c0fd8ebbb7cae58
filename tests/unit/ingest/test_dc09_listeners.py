"""The TCP and UDP listeners' limits, on real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.ingest.adapters.dc09.tcp import Limits, TcpListener
from services.ingest.adapters.dc09.udp import UdpListener
from tests.unit.ingest import frames
from tests.unit.ingest.world import World

ACK = frames.envelope(b'"ACK"0001L0#571001[]')
FRAME = frames.plain("Nri1/BA02")


@asynccontextmanager
async def listening(
    connections: int = 8, idle_s: float = 5.0, partial_s: float = 5.0, per_address: int = 8
) -> AsyncIterator[int]:
    """A listener in the small city; its port."""
    listener = TcpListener(World(wait_s=1.0).conversation, Limits(connections, idle_s, partial_s, per_address))
    port = await listener.start("127.0.0.1", 0)
    try:
        yield port
    finally:
        await listener.stop()


async def test_one_frame_over_several_segments() -> None:
    """A frame that is cut by the network is answered when it is whole."""
    async with listening() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for cut in (FRAME[:3], FRAME[3:20], FRAME[20:]):
            writer.write(cut)
            await writer.drain()
        assert await asyncio.wait_for(reader.readexactly(len(ACK)), 2) == ACK
        writer.close()


async def test_frame_that_never_ends_is_given_up() -> None:
    """A peer that begins a frame and stops is closed after the limit; what it sent is read as far as it goes."""
    async with listening(partial_s=0.1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(FRAME[:-1])
        # The frame only lacked its CR: it is answered, then the connection ends.
        assert await asyncio.wait_for(reader.read(), 2) == ACK
        writer.close()


async def test_a_byte_now_and_then_does_not_keep_a_place() -> None:
    """The time of a frame counts from its first byte, however many follow."""
    async with listening(partial_s=0.4) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def drip() -> None:
            for number in range(200):
                writer.write(FRAME[number % 20 : number % 20 + 1] if number < 20 else b"x")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        # What was still dripping in unread turns the end of the connection into a reset.
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        dripping.cancel()
        writer.close()


async def test_one_address_has_its_share() -> None:
    """Past the limit of an address its most silent connection makes place, though there is room for others."""
    async with listening(connections=8, per_address=2) as port:
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        assert await asyncio.wait_for(opened[0][0].read(), 2) == b""
        for reader, writer in opened[1:]:
            writer.write(FRAME)
            assert await asyncio.wait_for(reader.readexactly(len(ACK)), 2) == ACK
            writer.close()


async def test_idle_connection_is_closed() -> None:
    """A peer that says nothing is closed after the limit."""
    async with listening(idle_s=0.1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 2) == b""
        writer.close()


async def test_a_new_panel_is_never_turned_away() -> None:
    """When all places are taken, the connection silent for longest makes place for the new one."""
    async with listening(connections=2) as port:
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for reader, writer in reversed(opened):  # the second spoke first, so it is the one silent for longest
            writer.write(FRAME)
            assert await asyncio.wait_for(reader.readexactly(len(ACK)), 2) == ACK
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(FRAME)
        assert await asyncio.wait_for(reader.readexactly(len(ACK)), 2) == ACK
        assert await asyncio.wait_for(opened[1][0].read(), 2) == b""
        opened[0][1].write(FRAME)
        assert await asyncio.wait_for(opened[0][0].readexactly(len(ACK)), 2) == ACK
        for _, each in [*opened, (reader, writer)]:
            each.close()


async def test_stop_answers_what_is_under_way() -> None:
    """A frame that waits for Kafka when the process is told to stop still gets its ACK; then the connection ends."""
    world = World(wait_s=5.0)
    world.lanes.silent = True
    listener = TcpListener(world.conversation, Limits(8, 5.0, 5.0))
    port = await listener.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(FRAME)
    while not world.lanes.waiting:
        await asyncio.sleep(0)
    stopping = asyncio.create_task(listener.stop())
    await asyncio.sleep(0)
    world.lanes.answer()
    await asyncio.wait_for(stopping, 2)
    assert await asyncio.wait_for(reader.read(), 2) == ACK
    writer.close()


async def test_several_frames_in_one_datagram() -> None:
    """A datagram with two frames and garbage between gets both answers, to its sender."""
    listener = UdpListener(World(wait_s=1.0).conversation)
    port = await listener.start("127.0.0.1", 0)
    got: asyncio.Queue[bytes] = asyncio.Queue()

    class Panel(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            got.put_nowait(data)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Panel, remote_addr=("127.0.0.1", port))
    transport.sendto(FRAME + b"garbage\r" + frames.plain("Nri1/BA02", sequence=2))
    assert await asyncio.wait_for(got.get(), 2) == ACK + frames.envelope(b'"ACK"0002L0#571001[]')
    transport.close()
    await listener.stop()
