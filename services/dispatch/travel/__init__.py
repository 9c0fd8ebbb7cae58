"""Travel times on real streets, behind `services.dispatch.domain.travelling.TravelTimes`.

Here: reading street networks, speeds by profile, snapping, two engines with the same answers, changes while running.
Not here: who is sent (domain), where closures are kept (store), turn restrictions and live traffic (not modelled).
"""
