"""The welfare check."""

from pydantic import BaseModel


class WellTaken(BaseModel):
    """`was_asked`: a question was open. `on_scene` false: the unit is on no scene, so nobody asks it."""

    unit: str
    on_scene: bool
    was_asked: bool
