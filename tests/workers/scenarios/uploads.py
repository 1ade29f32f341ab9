"""Files that come, or do not."""

from typing import Any

from tests.files import WEBM
from tests.workers.world import World, scenario
from wakeline import settings
from wakeline.adapters import aws


def announced(world: World, artifact_id: str, content: bytes = WEBM) -> str:
    """An upload that is announced; where its file belongs."""
    world.call(
        "POST",
        "/api/traces/trc_1/artifacts",
        {
            "artifact_id": artifact_id,
            "filename": "run.webm",
            "content_type": "video/webm",
            "size_bytes": len(content),
        },
    )
    return f"artifacts/ws_1/trc_1/{artifact_id}/run.webm"


def came(path: str, content: bytes) -> dict[str, Any]:
    """The file of an announced upload, and S3's news of it."""
    aws.client("s3").put_object(Bucket=settings.bucket_name(), Key=path, Body=content)
    return {"detail": {"bucket": {"name": settings.bucket_name()}, "object": {"key": path}}}


@scenario("OnArtifactUploaded")
def a_film(world: World) -> Any:
    world.workspace.trace("trc_1")
    return came(announced(world, "art_1"), WEBM)


@scenario("OnArtifactUploaded")
def not_a_film(world: World) -> Any:
    world.workspace.trace("trc_1")
    html = b"<html>" + b" " * (len(WEBM) - 6)
    return came(announced(world, "art_1"), html)


@scenario("SweepArtifacts")
def yesterdays_uploads(world: World) -> Any:
    """One never came, one came unnoticed."""
    world.workspace.trace("trc_1")
    announced(world, "art_1")
    came(announced(world, "art_2"), WEBM)
    world.clock.advance(hours=30)
    return {}
