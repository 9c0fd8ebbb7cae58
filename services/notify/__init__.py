"""Tells those outside the room: partner agencies, contractors, the shift lead.

Reads `dispatch.events`, decides who is told and why, sends over the channels and reports each result on
`notify.outcomes`. Refuses to: decide who must come, retry for dispatch, or carry personal data to the outside.
"""
