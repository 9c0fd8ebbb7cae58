"""Links from outside: which lead inside, in any spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.links import internal_host, leads_inside

INSIDE = [
    "http://127.0.0.1/x",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[2002:a00:1::]/",
    "http://[fe80::1%25eth0]/",
    "http://169.254.169.254/latest/meta-data",
    "http://10.1.2.3/snapshot.jpg",
    "http://192.168.1.20:8554/cam",
    "http://100.64.0.1/",
    "http://0/",
    "http://999.999.999.999/",
    "http://localhost/",
    "http://nvr/clip",
    "http://nvr.local/clip",
    "http://metadata.google.internal/",
    "http://%31%32%37.0.0.1/",
    "http://127。0。0。1/",
    "http:\\\\127.0.0.1\\x",
    "http://user:secret@example.org/",
    "http://[::1",
    "file:///etc/passwd",
    "ftp://example.org/x",
    "rtsp://192.0.43.8/live",
    "javascript:alert(1)",
    "data:text/html,x",
    " HTTP://LOCALHOST/",
]
OUTSIDE = [
    "https://example.org/clip/1",
    "http://192.0.43.8/x",
    "https://[2606:2800:220:1::1]/",
    "12:30",
    "zone: 3",
    "a",
]


@pytest.mark.parametrize("link", INSIDE)
def test_leads_inside(link: str) -> None:
    """No spelling of an inner address, name or scheme passes."""
    assert leads_inside(link)


@pytest.mark.parametrize("text", OUTSIDE)
def test_leads_outside_or_nowhere(text: str) -> None:
    """A link to the web, and text that is no link, pass."""
    assert not leads_inside(text)


@given(st.text() | st.text().map(lambda rest: f"http://{rest}"))
def test_never_fails(text: str) -> None:
    """Any text gets an answer."""
    assert leads_inside(text) in {True, False}
    assert internal_host(text) in {True, False}
