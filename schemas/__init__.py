"""The language of the system: vocabularies, messages, topics, the city pack and the codec between them.

Nothing here connects to anything; services import this, this imports no service.
"""
