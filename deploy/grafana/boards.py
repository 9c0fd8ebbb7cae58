"""The boards there are."""

from deploy.grafana.room import ROOM
from deploy.grafana.services import SERVICES

BOARDS = (ROOM, SERVICES)
