"""`make console-deploy`: bring the built console to the stack's bucket, and its configuration beside it.

    python -m local.console_deploy wakeline-dev

Assets bear their digests in their names: they come first, are kept by browsers for a year, and old ones stay for those
who have the page open. index.html and console-config.json are asked for anew each time.
"""

from __future__ import annotations

import argparse
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import botocore.session

from local.console import BUILT, CONFIG

FOREVER = "public, max-age=31536000, immutable"
ANEW = "no-cache"
# Names that change their content under the same address; the distribution forgets them.
NAMED = ("/index.html", "/icon.svg", CONFIG)


@dataclass(frozen=True, slots=True)
class File:
    """An object of the console's bucket."""

    key: str
    content: bytes
    content_type: str
    cache: str


def files(built: Path, config: str) -> Iterator[File]:
    """What belongs into the bucket, in its order: a page never names an asset that is not there yet."""
    found = sorted(path for path in built.rglob("*") if path.is_file())
    for path in sorted(found, key=lambda path: path.name == "index.html"):
        key = path.relative_to(built).as_posix()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if path.name == "index.html":
            yield File(CONFIG.lstrip("/"), config.encode(), "application/json", ANEW)
        yield File(key, path.read_bytes(), kind, FOREVER if key.startswith("assets/") else ANEW)


def deploy(outputs: dict[str, str], built: Path, s3: Any, cloudfront: Any) -> int:
    """Upload all of it; how many files. Raises KeyError when the stack has no console."""
    wanted = list(files(built, outputs["ConsoleConfig"]))
    for file in wanted:
        s3.put_object(
            Bucket=outputs["ConsoleBucketName"],
            Key=file.key,
            Body=file.content,
            ContentType=file.content_type,
            CacheControl=file.cache,
        )
    cloudfront.create_invalidation(
        DistributionId=outputs["ConsoleDistributionId"],
        InvalidationBatch={
            "Paths": {"Quantity": len(NAMED), "Items": list(NAMED)},
            "CallerReference": digest(wanted),
        },
    )
    return len(wanted)


def digest(wanted: list[File]) -> str:
    """The same console is the same invalidation: a second deployment of it asks for nothing."""
    return sha256(b"".join(file.key.encode() + b"\0" + file.content for file in wanted)).hexdigest()


def main() -> None:
    """Deploy what `make console` has built."""
    parser = argparse.ArgumentParser(prog="console-deploy")
    parser.add_argument("stack", help="the stack that `sam deploy` made")
    stack = parser.parse_args().stack
    if not (BUILT / "index.html").is_file():
        raise SystemExit("the console is not built: make console")
    session = botocore.session.Session()
    cloudformation: Any = session.create_client("cloudformation")
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
    count = deploy(outputs, BUILT, session.create_client("s3"), session.create_client("cloudfront"))
    print(f"{count} files: {outputs['ConsoleUrl']}")


if __name__ == "__main__":
    main()
