"""An analytics use case without a legal basis: refused, and recorded with its reason; nobody is shown anything."""

from demo.cast import UNLAWFUL_CAMERA
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """A camera thinks that it sees a fight."""
    subject = await world.camera_sees(UNLAWFUL_CAMERA, "fight")

    def refused() -> list[str]:
        records = world.ledger.outcomes.values()
        return [r["reason"] for r in records if r.get("subject") == subject and r["outcome"] == "refused"]

    reasons = await world.pulse.until(refused, "refus enregistré")
    expect("no_legal_basis" in reasons, f"motif {reasons[0]}")
    expect(not world.ledger.opened_by(UNLAWFUL_CAMERA, world.started_at), "une fiche a été ouverte")
    return "refusé : no_legal_basis ; aucune fiche"


SCENE = Scene("legal_gate", "Analyse d'images sans base légale", "Analytics without a legal basis", 9.0, play)
