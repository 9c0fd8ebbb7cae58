"""The MQTT broker: Mosquitto where it is installed, else PyPI `amqtt`."""
