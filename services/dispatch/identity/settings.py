"""Which identity provider, and how its words become ours. Read where VIGIE_ACCOUNTS=oidc, and only there."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from services.chassis.settings import ProcessSettings
from services.dispatch.domain.access import Role
from services.dispatch.domain.identity import ClaimNames

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Those of RFC 7518 with a public key: a secret shared with the provider could be taken for one of ours."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OidcSettings(ProcessSettings):
    """The provider, the client that we are there, and the claims. Lists and mappings are JSON in the environment."""

    oidc_issuer: str
    """As it stands in `iss`, letter by letter; https, except on this machine."""
    oidc_client_id: str = Field(min_length=1)
    oidc_client_secret: SecretStr | None = None
    """None for a public client: PKCE alone. Or OIDC_CLIENT_SECRET_FILE."""
    oidc_audience: str = Field(default="vigie-api", min_length=1, validate_default=True)
    """Who an access token must be meant for. Never the client itself: its id tokens open no door."""
    oidc_algorithms: list[Algorithm] = Field(default=["RS256", "ES256"], min_length=1)
    oidc_scope: str = "openid profile"
    oidc_roles: dict[str, Role] = Field(min_length=1)
    """The provider's role → ours, the most important first: `{"vigie-chef":"shift_lead","vigie-op":"operator"}`."""
    oidc_roles_claim: str = "roles"
    oidc_unit_claim: str = "unit"
    oidc_agency_claim: str = "agency"
    oidc_account_claim: str = "sub"
    """Stands in the log as the actor: keep it pseudonymous."""
    oidc_leeway_s: int = Field(default=10, ge=0, le=60)
    """How far the provider's clock may be from ours."""

    @field_validator("oidc_issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
            raise ValueError("an https address, or one of this machine")
        return value

    @field_validator("oidc_audience")
    @classmethod
    def _not_the_client(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("oidc_client_id"):
            raise ValueError("must differ from OIDC_CLIENT_ID, whose id tokens are no access tokens")
        return value

    @property
    def claim_names(self) -> ClaimNames:
        """The mapping for `domain.identity`."""
        return ClaimNames(
            roles=tuple(self.oidc_roles.items()),
            roles_claim=self.oidc_roles_claim,
            unit_claim=self.oidc_unit_claim,
            agency_claim=self.oidc_agency_claim,
            account_claim=self.oidc_account_claim,
        )
