"""What tapes need of the outside."""

from typing import Protocol

from wakeline.domain.tape import Tape


class TapeStore(Protocol):
    """What is known of tapes, and their contents, which never change."""

    def put(self, tape: Tape, content: bytes) -> None:
        """Publish: the content first, then that it is there."""

    def get(self, slug: str) -> Tape | None:
        """The tape of that slug, whosever it is."""

    def content(self, slug: str) -> bytes | None:
        """The content as JSON; None when it is gone."""

    def url(self, slug: str, seconds: int) -> str:
        """Where the content can be fetched for so many seconds."""

    def page(
        self, workspace_id: str, project_id: str | None, before: str | None, limit: int
    ) -> tuple[list[Tape], str | None]:
        """Tapes of a project, newest first, behind the position `before`; and the position to go on from."""

    def delete(self, tape: Tape) -> None:
        """Unpublish: from then on the slug is unknown, and the content is gone."""
