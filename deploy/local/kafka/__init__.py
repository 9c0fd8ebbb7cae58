"""Apache Kafka 4 in KRaft mode as child processes: jars by coordinates, a Java runtime, and the brokers' settings."""
