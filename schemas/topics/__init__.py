"""One file a topic: what it carries, its key, partitions and retention, who writes and who reads it.

`files` reads them; `python -m schemas.topics create` makes the topics of a cluster agree with them.
"""
