"""Who is told, why, in which words, and when to try again. Pure: no Kafka, database, HTTP or message model."""
