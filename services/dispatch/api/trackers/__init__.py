"""What position senders that are not tablets say, made into a fix; nothing here touches the database.

A file a format, each after the sender's own documentation. A message is a fix, nothing to keep (None), or Unreadable.
"""
