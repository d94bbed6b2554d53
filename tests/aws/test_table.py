"""
The few calls that everything is made of.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from herald.aws.table import Change, ConditionFailed, Table, names_in
from herald.errors import Unavailable
from tests.moto_table import make_table


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield make_table()


def client(table: Table) -> Any:
    return table._client  # noqa: SLF001 - to stub it


def test_insert(table: Table) -> None:
    """What is there is not written over, and comes back in the error."""
    table.insert({"pk": "a", "sk": ".", "n": 1, "none": None})
    with pytest.raises(ConditionFailed) as found:
        table.insert({"pk": "a", "sk": ".", "n": 2})
    assert found.value.item == {"pk": "a", "sk": ".", "n": 1} == table.get("a")
    assert table.get("b") is None


def test_put(table: Table) -> None:
    """What is put takes the place of what was there, where the condition holds; else that comes back."""
    table.put({"pk": "a", "sk": ".", "n": 1})
    table.put({"pk": "a", "sk": ".", "n": 2}, condition="#n = :seen", values={"seen": 1})
    with pytest.raises(ConditionFailed) as found:
        table.put({"pk": "a", "sk": ".", "n": 3}, condition="#n = :seen", values={"seen": 1})
    assert found.value.item == {"pk": "a", "sk": ".", "n": 2} == table.get("a")
    table.put({"pk": "a", "sk": "."}, condition="attribute_exists(pk)")
    table.put({"pk": "b", "sk": "K"}, condition="#none < :one OR attribute_not_exists(#none)", values={"one": 1})
    assert table.get("a") == {"pk": "a", "sk": "."}
    assert table.get("b", "K") == {"pk": "b", "sk": "K"}
    table.delete("b", "K")
    assert table.get("b", "K") is None


def asked(table: Table) -> list[tuple[str, dict[str, Any]]]:
    """Every call from now on: its operation and what it asks for."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        calls.append((model.name, json.loads(params["body"])))

    client(table).meta.events.register("before-call", note)
    return calls


def test_what_is_asked_for(table: Table) -> None:
    """What a call costs is always told, and a refusal brings what stood there: no second read."""
    calls = asked(table)
    table.put({"pk": "a", "sk": "."}, condition="attribute_not_exists(pk)")
    table.update("a", ".", Change("SET #n = :n", {"n": 1}, "attribute_exists(pk)"))
    table.update("a", ".", Change("REMOVE #n", {}))
    table.insert_all([{"pk": "b", "sk": "."}])
    table.get("a")
    table.get("a", consistent=False)
    table.get_many([("a", ".")])
    table.query("pk = :pk", {"pk": "a"})
    table.delete("a")
    assert {request["ReturnConsumedCapacity"] for _, request in calls} == {"INDEXES"}
    by_name = dict(reversed(calls))
    assert by_name["PutItem"]["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    assert by_name["UpdateItem"]["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    (put,) = by_name["TransactWriteItems"]["TransactItems"]
    assert put["Put"]["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    assert by_name["BatchGetItem"]["RequestItems"]["herald"]["ConsistentRead"] is True
    assert by_name["Query"]["ConsistentRead"] is True
    assert [request["ConsistentRead"] for name, request in calls if name == "GetItem"] == [True, False]


def test_a_hundred_keys_a_call(table: Table) -> None:
    """As many as the table takes, each once."""
    calls = asked(table)
    table.get_many([(f"{number % 150}", ".") for number in range(300)])
    assert [len(request["RequestItems"]["herald"]["Keys"]) for _, request in calls] == [100, 50]


def test_query_an_index(table: Table) -> None:
    """An index is asked by its name, and cannot be read consistently."""
    with Stubber(client(table)) as stubber:
        wanted = {
            "TableName": "herald",
            "IndexName": "later",
            "KeyConditionExpression": "lp = :lp",
            "ExpressionAttributeValues": {":lp": {"S": "D#00"}},
            "ScanIndexForward": True,
            "ReturnConsumedCapacity": "INDEXES",
        }
        stubber.add_response("query", {"Items": []}, wanted)
        assert table.query("lp = :lp", {"lp": "D#00"}, index="later").items == []


def test_update(table: Table) -> None:
    """An update returns the item after it, or before it; one that does not fit returns what stood there."""
    change = Change("SET #n = if_not_exists(#n, :zero) + :one", {"zero": 0, "one": 1})
    assert table.update("a", ".", change)["n"] == 1
    assert table.update("a", ".", change, old=True)["n"] == 1
    assert table.update("new", ".", change, old=True) == {}
    with pytest.raises(ConditionFailed) as found:
        table.update("a", ".", Change("SET #n = :n", {"n": 9, "seen": 1}, "#n = :seen"))
    assert found.value.item == {"pk": "a", "sk": ".", "n": 2}
    with pytest.raises(ConditionFailed) as none:
        table.update("b", ".", Change("SET #n = :n", {"n": 9}, "attribute_exists(pk)"))
    assert none.value.item is None
    table.delete("a")
    table.delete("a")
    assert table.get("a") is None


def test_names() -> None:
    """Names are found wherever they stand; dots and brackets end them."""
    assert names_in("SET #a.#b_c = :x, #d[0] = :y", None, "size(#e)") == {
        "#a": "a",
        "#b_c": "b_c",
        "#d": "d",
        "#e": "e",
    }


def test_get_many(table: Table) -> None:
    """Any number of items, each once, a hundred a call; those that are not there are left out."""
    for number in range(150):
        table.put({"pk": f"{number}", "sk": "."})
    found = table.get_many([(f"{number}", ".") for number in range(200)] + [("0", ".")])
    assert len(found) == 150
    assert table.get_many([]) == {}


def test_get_many_refused_in_part(table: Table) -> None:
    """What a call leaves out is asked for again; when it is left out for ever, the table is Unavailable."""
    key = {"pk": {"S": "a"}, "sk": {"S": "."}}
    left = {"Responses": {}, "UnprocessedKeys": {"herald": {"Keys": [key]}}}
    wanted = {"RequestItems": ANY, "ReturnConsumedCapacity": "INDEXES"}
    with Stubber(client(table)) as stubber:
        stubber.add_response("batch_get_item", left, wanted)
        stubber.add_response("batch_get_item", {"Responses": {"herald": [key]}, "UnprocessedKeys": {}}, wanted)
        assert list(table.get_many([("a", ".")])) == [("a", ".")]
    with Stubber(client(table)) as stubber:
        for _ in range(6):
            stubber.add_response("batch_get_item", left, wanted)
        with pytest.raises(Unavailable):
            table.get_many([("a", ".")])
    with Stubber(client(table)) as stubber:
        for _ in range(5):
            stubber.add_response("batch_get_item", left, wanted)
        stubber.add_response("batch_get_item", {"Responses": {}}, wanted)
        assert table.get_many([("a", ".")]) == {}


def test_insert_all(table: Table) -> None:
    """All or none; the first one decides, and comes back when it was there."""
    table.insert_all([{"pk": "a", "sk": "."}, {"pk": "a", "sk": "K"}])
    with pytest.raises(ConditionFailed) as found:
        table.insert_all([{"pk": "a", "sk": "."}, {"pk": "a", "sk": "L"}])
    assert found.value.item == {"pk": "a", "sk": "."}
    assert table.get("a", "L") is None


def cancelled(*codes: str) -> dict[str, Any]:
    return {
        "service_error_code": "TransactionCanceledException",
        "modeled_fields": {"CancellationReasons": [{"Code": code} for code in codes]},
    }


def test_transactions_that_meet(table: Table) -> None:
    """Of transactions that meet, those that lose try again, and find what the other one wrote; not for ever."""
    items = [{"pk": "a", "sk": "."}]
    with Stubber(client(table)) as stubber:
        stubber.add_client_error("transact_write_items", **cancelled("TransactionConflict"))
        stubber.add_client_error("transact_write_items", **cancelled("ConditionalCheckFailed"))
        with pytest.raises(ConditionFailed) as found:
            table.insert_all(items)
        assert found.value.item is None
    with Stubber(client(table)) as stubber:
        for _ in range(4):
            stubber.add_client_error("transact_write_items", **cancelled("TransactionConflict"))
        stubber.add_response("transact_write_items", {})
        table.insert_all(items)
    with Stubber(client(table)) as stubber:
        stubber.add_client_error("transact_write_items", **cancelled("None", "ConditionalCheckFailed"))
        with pytest.raises(Unavailable):
            table.insert_all(items)
    with Stubber(client(table)) as stubber:
        stubber.add_client_error("transact_write_items", "TransactionCanceledException")
        with pytest.raises(Unavailable):
            table.insert_all(items)
    with Stubber(client(table)) as stubber:
        for _ in range(5):
            stubber.add_client_error("transact_write_items", **cancelled("TransactionConflict"))
        with pytest.raises(Unavailable):
            table.insert_all(items)
    with Stubber(client(table)) as stubber:
        stubber.add_client_error("transact_write_items", **cancelled("ProvisionedThroughputExceeded"))
        with pytest.raises(Unavailable):
            table.insert_all(items)
    with Stubber(client(table)) as stubber:
        stubber.add_client_error("transact_write_items", "ValidationException")
        with pytest.raises(Exception, match="ValidationException"):
            table.insert_all(items)


REFUSED = [
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
]


@pytest.mark.parametrize("code", REFUSED)
def test_refused(table: Table, code: str) -> None:
    """What passes by itself is Unavailable."""
    with Stubber(client(table)) as stubber:
        stubber.add_client_error("get_item", code)
        with pytest.raises(Unavailable):
            table.get("a")


def test_our_own_fault(table: Table) -> None:
    """What will never pass is not called Unavailable."""
    with Stubber(client(table)) as stubber:
        stubber.add_client_error("get_item", "AccessDeniedException")
        with pytest.raises(Exception, match="AccessDenied"):
            table.get("a")


def test_unreachable(table: Table) -> None:
    """A table that cannot be reached is Unavailable."""

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="x")

    client(table).meta.events.register("before-call", fail)
    with pytest.raises(Unavailable):
        table.get("a")


def test_query(table: Table) -> None:
    """A partition in order, either way, page after page."""
    for number in range(5):
        table.put({"pk": "a", "sk": f"{number}"})
    first = table.query("pk = :pk", {"pk": "a"}, limit=3)
    assert [item["sk"] for item in first.items] == ["0", "1", "2"]
    second = table.query("pk = :pk", {"pk": "a"}, start=first.next)
    assert ([item["sk"] for item in second.items], second.next) == (["3", "4"], None)
    newest = table.query("pk = :pk", {"pk": "a"}, newest_first=True)
    assert [item["sk"] for item in newest.items] == ["4", "3", "2", "1", "0"]
