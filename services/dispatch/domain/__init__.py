"""Pure decisions: (state, event, clock) → new state and a reason. No Kafka, no database, no HTTP."""
