"""Camera analytics from Frigate over MQTT: one signal a tracked object, its updates, false positives withdrawn.

`payloads` reads the messages, `tracking` decides (pure), `understanding` places them in the city, `subscriber` speaks
MQTT and acknowledges only what Kafka has acknowledged.
"""
