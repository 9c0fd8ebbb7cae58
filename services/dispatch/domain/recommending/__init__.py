"""The recommendation: who should go, why, and why not the others. Pure: plain values in, plain values out.

Lives here: eligibility, the rules by priority, loss of coverage, diversion, matching of a backlog, move-up proposals,
and the form in which inputs are recorded for replay. Does not: travel times (they come in as seconds), choosing
(an operator or the run card's automatism does), locking, storing.
"""

from services.dispatch.domain.recommending.coverage import Coverage
from services.dispatch.domain.recommending.matching import Backlog, Matching, Pair, match
from services.dispatch.domain.recommending.moving import (
    Gap,
    MoveUp,
    Positions,
    coverage_gaps,
    expected_coverage,
    free_units,
    gain_of,
    move_ups,
)
from services.dispatch.domain.recommending.policy import Policy
from services.dispatch.domain.recommending.reasons import Reason, Refusal, Rule
from services.dispatch.domain.recommending.recommend import recommend
from services.dispatch.domain.recommending.recommendation import Ranked, Recommendation, Refused
from services.dispatch.domain.recommending.relieving import Relief, relief
from services.dispatch.domain.recommending.situation import IncidentView, Situation, UnitView, Work

__all__ = [
    "Backlog",
    "Coverage",
    "Gap",
    "IncidentView",
    "Matching",
    "MoveUp",
    "Pair",
    "Policy",
    "Positions",
    "Ranked",
    "Reason",
    "Recommendation",
    "Refusal",
    "Refused",
    "Relief",
    "Rule",
    "Situation",
    "UnitView",
    "Work",
    "coverage_gaps",
    "expected_coverage",
    "free_units",
    "gain_of",
    "match",
    "move_ups",
    "recommend",
    "relief",
]
