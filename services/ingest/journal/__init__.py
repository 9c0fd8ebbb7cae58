"""What is acknowledged while Kafka does not answer: an fsync'd file, drained in order when Kafka is back.

**Order.** While anything in the journal has waited longer than `INGEST_KAFKA_WITHIN_S`, every signal goes through it,
in the order received. Afterwards a device's signals go through it as long as one of its own is still in it, so a new
signal never overtakes an older one of the same device. A row is removed only after the broker's acknowledgement.
What had been sent to Kafka without an answer is in the journal too, under the same id: readers are idempotent.
What is not promised: of two signals sent within that same second straight to Kafka, which then drops the first and
takes the second, the first is seen later.
"""
