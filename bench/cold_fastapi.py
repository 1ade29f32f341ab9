"""The usual way to write such an endpoint: FastAPI and Mangum, a pydantic answer, one GetItem with boto3."""

import os

import boto3
from fastapi import FastAPI, HTTPException
from mangum import Mangum
from pydantic import BaseModel

app = FastAPI()
table = boto3.client("dynamodb")


class Trace(BaseModel):
    """A trace's place and version."""

    id: str
    version: int


@app.get("/api/v1/traces/{trace_id}")
async def get_trace(trace_id: str) -> Trace:
    """Read one item and answer."""
    key = {"pk": {"S": f"T#ws_local#{trace_id}"}, "sk": {"S": "HEAD"}}
    found = table.get_item(TableName=os.environ["TABLE_NAME"], Key=key)
    if "Item" not in found:
        raise HTTPException(404)
    return Trace(id=trace_id, version=int(found["Item"]["version"]["N"]))


handler = Mangum(app, lifespan="off")
