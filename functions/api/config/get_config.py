"""GET /api/config — show the settings of the workspace."""

from typing import Annotated, Any

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import config
from wakeline.wiring import stats


@endpoint("GET /api/config", scope="traces:read", errors=(404,))
def get_config(caller: Caller, version: Annotated[int | None, Field(ge=0)] = None) -> dict[str, Any]:
    """All settings, defaults included, with their version; those of an earlier one with `version`."""
    return config.show(config.read(stats.config(), caller, version))


handler = lambda_entry(get_config)
