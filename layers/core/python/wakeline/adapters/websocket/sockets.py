"""Sending to WebSocket clients through API Gateway's management API."""

from functools import cache
from typing import Any, Literal

from wakeline import settings
from wakeline.adapters.aws import code_of

SERVICE = "apigatewaymanagementapi"
_SLOW = frozenset({"LimitExceededException", "TooManyRequestsException", "ThrottlingException"})


class ApiGatewaySockets:
    """The `Sockets` port."""

    def post(self, connection_id: str, message: bytes) -> Literal["sent", "gone", "slow"]:
        """Pattern: send. A client that does not keep up is `slow`: API Gateway holds back a bounded amount for it."""
        try:
            _client().post_to_connection(ConnectionId=connection_id, Data=message)
        except _client().exceptions.GoneException:
            return "gone"
        except _client().exceptions.ClientError as error:
            if code_of(error) in _SLOW:
                return "slow"
            raise
        return "sent"

    def close(self, connection_id: str) -> None:
        """Pattern: hang up."""
        try:
            _client().delete_connection(ConnectionId=connection_id)
        except _client().exceptions.GoneException:
            return


@cache
def _client() -> Any:
    """A client of its own: unlike other services' endpoints, this one is the API's own."""
    import botocore.session
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "max_attempts": 3},
        connect_timeout=2,
        read_timeout=10,
        max_pool_connections=32,
        # A post per event and client: putting the agent's name together and checking parameters take a third of it.
        user_agent="wakeline",
        parameter_validation=False,
    )
    return botocore.session.get_session().create_client(
        SERVICE, endpoint_url=settings.websocket_endpoint(), config=config
    )
