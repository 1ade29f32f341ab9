"""What the code takes as artifacts must get through the template's API and bucket."""

from tests.rules.template import FILES, ROOT, parse, together
from wakeline.domain.artifacts.media_types import MEDIA_TYPES

TEMPLATE = together(*(parse((ROOT / file).read_text()) for file in FILES))["Resources"]


def test_api_gateway_leaves_binary_files_as_they_are():
    binary = {name for media in MEDIA_TYPES if not media.is_text for name in (media.name, *media.aliases)}
    assert binary <= set(TEMPLATE["Api"]["Properties"]["BinaryMediaTypes"])


def test_the_bucket_is_private_and_encrypted_and_tells_of_uploads():
    bucket = TEMPLATE["Bucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert bucket["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"] is True


def test_only_uploads_start_their_worker():
    event = TEMPLATE["OnArtifactUploaded"]["Properties"]["Events"]["Uploaded"]["Properties"]["Pattern"]
    assert event["detail"] == {"bucket": {"name": [{"Ref": "Bucket"}]}, "object": {"key": [{"prefix": "artifacts/"}]}}
