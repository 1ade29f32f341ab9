"""Rewriting a segment whose events were erased: the one case in which a stored segment changes."""

from wakeline.adapters.s3 import bodies
from wakeline.domain.segments import Segment

from .ledger import to_item
from .table import put_if


class DynamoEraser:
    """The `SegmentEraser` port."""

    def rewrite(self, workspace_id: str, trace_id: str, old: Segment, new: Segment) -> bool:
        """Pattern: erase in place. One PutItem, if the segment is as it was read. A large body goes to S3 before that,
        and the old one goes from S3 behind it.
        """
        before, after = to_item(workspace_id, trace_id, old), to_item(workspace_id, trace_id, new)
        if "body_key" in after:
            bodies.put(after["body_key"], new.body)
        # The seal does not cover the body: of two erasures at once, the second must not bring back what the first took.
        held = "body_key" if "body_key" in before else "body"
        as_read = {":seal": before["seal"], ":held": before[held]}
        if not put_if(after, f"seal = :seal AND {held} = :held", as_read):
            if "body_key" in after and after["body_key"] != before.get("body_key"):
                bodies.delete(after["body_key"])
            return False
        if "body_key" in before and before["body_key"] != after.get("body_key"):
            bodies.delete(before["body_key"])
        return True
