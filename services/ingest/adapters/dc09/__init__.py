"""ANSI/SIA DC-09 (2013 and later): panels over TCP and UDP, plain and AES.

From bytes to a signal and back to a reply: `splitter` cuts the stream, `frame` reads one frame, `encryption` opens
it, `event_data` reads its events, `understanding` says what they mean in this city, `conversation` answers.
Building frames as a panel would is not here: the demo and the tests do that.
"""
