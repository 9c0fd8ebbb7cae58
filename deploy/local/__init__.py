"""The embedded stack: Kafka, PostgreSQL, MQTT and the services as child processes of one supervisor.

Here live the set-up, the process list and the supervisor. No business rule lives here, and no service imports it.

Why our own supervisor (asyncio, a few small files) and not PyPI `supervisor`, `circus` or `honcho`: none starts a
process only once another *answers* (Kafka metadata, SELECT 1, /health/ready), runs one-shot steps in between
(topics, migrations, city pack), ties its children's lives to its own (PR_SET_PDEATHSIG) and stops in reverse order.
"""
