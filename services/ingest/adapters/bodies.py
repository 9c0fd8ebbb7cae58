"""The bodies that HTTP doors read by themselves, as far as they can be read: OpenAPI names them all the same."""

from services.ingest.adapters.generic.bodies import GenericSignal
from services.ingest.adapters.kiosks.bodies import KioskCall, KioskHeartbeat
from services.ingest.adapters.sos.bodies import SosCall, SosCancel, SosPosition

BODIES = (GenericSignal, KioskCall, KioskHeartbeat, SosCall, SosPosition, SosCancel)
