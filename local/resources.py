"""Creates a template's tables, buckets, buses, queues, secrets, parameters and keys from the template's own
properties.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local.template import Resource, Template

MakeClient = Callable[[str], Any]

_TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
)


def create(template: Template, client: MakeClient) -> None:
    """Create every resource of the kinds the embedded engine has.

    Existing ones (a DynamoDB given by URL) are left alone.
    """
    for key in template.resources("AWS::KMS::Key"):
        _create_key(client("kms"), template, key)
    for table in template.resources("AWS::DynamoDB::Table"):
        _create_table(client("dynamodb"), table)
    for bucket in template.resources("AWS::S3::Bucket"):
        _create_bucket(client("s3"), bucket)
    for bus in template.resources("AWS::Events::EventBus"):
        client("events").create_event_bus(Name=bus.name)
    for queue in template.resources("AWS::SQS::Queue"):
        _create_queue(client("sqs"), queue)
    for secret in template.resources("AWS::SecretsManager::Secret"):
        text = secret.properties.get("SecretString")
        generated = {"SecretString": text if text is not None else f"local-{secret.logical_id}"}
        client("secretsmanager").create_secret(Name=secret.name, **generated)
    for parameter in template.resources("AWS::SSM::Parameter"):
        properties = parameter.properties
        client("ssm").put_parameter(Name=parameter.name, Value=str(properties["Value"]), Type=properties["Type"])
    for group in template.resources("AWS::Scheduler::ScheduleGroup"):
        client("scheduler").create_schedule_group(Name=group.name)


def _create_table(dynamodb: Any, table: Resource) -> None:
    if table.name in dynamodb.list_tables()["TableNames"]:
        return
    properties = table.properties
    request = {name: properties[name] for name in _TABLE_PROPERTIES if name in properties}
    stream = properties.get("StreamSpecification")
    if stream is not None:
        request["StreamSpecification"] = {"StreamEnabled": True, **stream}
    dynamodb.create_table(TableName=table.name, **request)
    dynamodb.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig={"Delay": 1})
    ttl = properties.get("TimeToLiveSpecification")
    if ttl is not None:
        dynamodb.update_time_to_live(
            TableName=table.name,
            TimeToLiveSpecification={"AttributeName": ttl["AttributeName"], "Enabled": bool(ttl.get("Enabled", True))},
        )


def _create_bucket(s3: Any, bucket: Resource) -> None:
    region = s3.meta.region_name
    # S3 refuses the name of its first region here, and wants every other.
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    lock = bool(bucket.properties.get("ObjectLockEnabled"))
    s3.create_bucket(Bucket=bucket.name, ObjectLockEnabledForBucket=lock, **place)
    versioning = bucket.properties.get("VersioningConfiguration")
    if versioning is not None:
        s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration=versioning)
    rule = bucket.properties.get("ObjectLockConfiguration")
    if rule is not None:
        days = {**rule["Rule"]["DefaultRetention"]}
        days["Days"] = int(days["Days"])
        s3.put_object_lock_configuration(
            Bucket=bucket.name,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": days}},
        )


def _create_queue(sqs: Any, queue: Resource) -> None:
    names = ("VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds", "FifoQueue", "ContentBasedDeduplication")
    attributes = {name: _text(queue.properties[name]) for name in names if name in queue.properties}
    if "RedrivePolicy" in queue.properties:
        attributes["RedrivePolicy"] = json.dumps(queue.properties["RedrivePolicy"])
    sqs.create_queue(QueueName=queue.name, Attributes=attributes)


def _create_key(kms: Any, template: Template, key: Resource) -> None:
    properties = key.properties
    spec = properties.get("KeySpec", "SYMMETRIC_DEFAULT")
    usage = properties.get("KeyUsage", "ENCRYPT_DECRYPT")
    template.created[key.logical_id] = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
