"""`make replay-calls`: the 173 recorded fire calls of a San Francisco district as incidents of today.

Lives here: reading the file, posts and turnouts taken from it, the replay, and ours beside what really was. Whom to
send is decided by `services.dispatch.domain.recommending`, called as `bench.dispatch` calls it, not copied.
"""
