"""The processes of Vigie: ingest, triage, dispatch, notify, and the chassis that each of them stands on."""
