"""Tapes: an item by slug, one in the workspace's list, and the content in S3."""

import gzip

from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain import times
from wakeline.domain.tape import Tape

from .keys import replay as keys
from .table import Item, fitting, item_at, name, query, transact, typed_item

KEPT_DAYS = (7, 30, 90, 365, 3650)
"""Days after which the bucket's lifecycle (template.yaml) removes a tape's content, by its tag."""


def object_key(slug: str) -> str:
    """`tapes/2vXk….json`"""
    return f"tapes/{slug}.json"


class DynamoTapes:
    """The `TapeStore` port."""

    def put(self, tape: Tape, content: bytes) -> None:
        """Pattern: publish. PutObject, then item and list entry in one transaction."""
        aws.client("s3").put_object(
            Bucket=settings.bucket_name(),
            Key=object_key(tape.slug),
            Body=gzip.compress(content, 6),
            ContentType="application/json",
            ContentEncoding="gzip",
            **_tagged(tape),
        )
        said = {field: value for field, value in tape.to_json().items() if value is not None}
        places = (_place(tape.slug), _listed(tape))
        transact([{"Put": {"TableName": name(), "Item": typed_item({**place, **said})}} for place in places])

    def get(self, slug: str) -> Tape | None:
        """Pattern: one tape. GetItem."""
        found = item_at(_place(slug))
        return Tape.from_json(found) if found else None

    def content(self, slug: str) -> bytes | None:
        """Pattern: a tape's content. GetObject."""
        s3 = aws.client("s3")
        try:
            found = s3.get_object(Bucket=settings.bucket_name(), Key=object_key(slug))["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None
        return gzip.decompress(found)

    def url(self, slug: str, seconds: int) -> str:
        """Pattern: a large tape. A presigned GET."""
        from wakeline.adapters.s3.files import presigner

        url: str = presigner().generate_presigned_url(
            "get_object",
            Params={"Bucket": settings.bucket_name(), "Key": object_key(slug)},
            ExpiresIn=seconds,
        )
        return url

    def page(
        self, workspace_id: str, project_id: str | None, before: str | None, limit: int
    ) -> tuple[list[Tape], str | None]:
        """Pattern: a list of tapes. Query from the newest on."""
        values = {":pk": keys.tape_list_pk(workspace_id), **({":before": before} if before else {})}
        items = query(
            first_page=limit + 1,
            KeyConditionExpression="pk = :pk" + (" AND sk < :before" if before else ""),
            ExpressionAttributeValues=typed_item(values),
            ScanIndexForward=False,
        )
        found, behind = fitting(items, lambda item: project_id in (None, item["project_id"]), limit)
        return [Tape.from_json(item) for item in found], behind

    def delete(self, tape: Tape) -> None:
        """Pattern: unpublish. Item and list entry in one transaction, then the content."""
        places = (_place(tape.slug), _listed(tape))
        transact([{"Delete": {"TableName": name(), "Key": typed_item(place)}} for place in places])
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=object_key(tape.slug))


def _tagged(tape: Tape) -> dict[str, str]:
    """The tag by which the bucket's lifecycle removes the content of a tape that expires; none for one that stays."""
    if tape.expires_at is None:
        return {}
    days = (times.parse(tape.expires_at) - times.parse(tape.created_at)).days
    return {"Tagging": f"kept-days={next(each for each in KEPT_DAYS if days <= each)}"}


def _place(slug: str) -> Item:
    return {"pk": keys.tape_pk(slug), "sk": keys.TAPE}


def _listed(tape: Tape) -> Item:
    return {"pk": keys.tape_list_pk(tape.workspace_id), "sk": f"{tape.created_at}#{tape.slug}"}
