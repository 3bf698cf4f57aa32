"""How services really sign their webhooks: one delivery of each, by other means than the library."""

from constructions_assumed import assumed_cases
from constructions_china import china_cases
from constructions_published import published_cases
from constructions_verifier import verifier_cases
from constructions_world import world_cases
from deliveries import Case


def construction_cases() -> list[Case]:
    return published_cases() + world_cases() + china_cases() + assumed_cases() + verifier_cases()
