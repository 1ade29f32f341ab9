"""POST /api/config — change the settings of the workspace."""

from typing import Annotated, Any

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.config import Settings
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import config
from wakeline.wiring import govern, stats


class ConfigChange(Settings):
    """Settings to set; one that is absent stays as it is. What GET shows can be sent back as it came.

    `version`: refuse if it is not the current one.
    """

    version: Annotated[int, Field(ge=0)] | None = None
    updated_at: str | None = None
    updated_by: str | None = None


@endpoint("POST /api/config", scope="admin")
def save_config(caller: Caller, body: ConfigChange) -> dict[str, Any]:
    """Set what is named, as a new version, and show all settings. An unknown key is refused by its name."""
    changed = body.model_dump(exclude_unset=True, exclude={"version", "updated_at", "updated_by"})
    saved = config.save(stats.config(), wiring.env(), govern.audit_log(), caller, changed, body.version)
    return config.show(saved)


handler = lambda_entry(save_config)
