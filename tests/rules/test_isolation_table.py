"""tests/endpoints/test_isolation.py tries every endpoint; what it must be told of a new one is asked for here."""

from typing import get_type_hints

import pytest
from pydantic import ValidationError

from tests.endpoints.operations import operations
from tests.endpoints.planted import NOBODYS, PLANTS, body_of, kind_of

TABLE = "tests/endpoints/planted.py"


def test_every_id_is_known():
    unknown = {
        f"{operation}: {name}"
        for operation in operations()
        for name in operation.ids
        if kind_of(operation, name) not in {None, *PLANTS}
    }
    assert not unknown, f"say in {TABLE} how a workspace comes to one (plant), or that it is nobody's (NOT_OWNED)"


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_there_is_a_good_body(operation):
    model = get_type_hints(operation.endpoint.function, include_extras=True).get("body")
    if model is None:
        return
    try:
        model.model_validate(body_of(operation, dict.fromkeys(operation.in_body, NOBODYS)))
    except ValidationError as error:
        pytest.fail(f"say in {TABLE}, BODIES, what a good body of {operation.name} is: {error}")
