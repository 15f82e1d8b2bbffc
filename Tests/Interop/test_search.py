"""SearchContacts: what each filter finds, in which order, over how many pages."""

import pytest

from calls import EVER
from simulator import UNLIMITED, Simulator
from transfers import transferred

ACTIVE = {"AdditionalTimeRange": {"MatchType": "MATCH_ALL", "Criteria": [
    {"TimestampCondition": {"Type": "DISCONNECT_TIMESTAMP", "ConditionType": "NOT_EXISTS"}}]}}
# What each sortable field is, in an answer.
SORTED_BY = {
    "INITIATION_TIMESTAMP": lambda c: c["InitiationTimestamp"],
    "CONNECTED_TO_AGENT_TIMESTAMP": lambda c: c.get("AgentInfo", {}).get(
        "ConnectedToAgentTimestamp"),
    "DISCONNECT_TIMESTAMP": lambda c: c.get("DisconnectTimestamp"),
    "CHANNEL": lambda c: c["Channel"]}


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A world in which most contacts were transferred."""
    simulator = Simulator(tmp_path_factory.mktemp("busy"), *UNLIMITED)
    transferred(simulator, simulator.client())
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
def every(busy):
    return found(busy)


def found(simulator, criteria=None, size=100, **more):
    """All that a search finds, by botocore's paginator; every page tells the same total."""
    parameters = {"SearchCriteria": criteria} if criteria else {}
    pages = list(simulator.client().get_paginator("search_contacts").paginate(
        InstanceId=simulator.instance, TimeRange=EVER, **parameters, **more,
        PaginationConfig={"PageSize": size}))
    contacts = [contact for page in pages for contact in page["Contacts"]]
    assert {page["TotalCount"] for page in pages} == {len(contacts)}
    assert len({contact["Id"] for contact in contacts}) == len(contacts)
    assert all(len(page["Contacts"]) <= size for page in pages)
    return contacts


def ids(contacts):
    return {contact["Id"] for contact in contacts}


def test_finds_every_contact_and_says_of_it_what_describe_says(busy, every):
    assert {row["ContactId"] for row in busy.rows} <= ids(every) | unknown(busy)
    client = busy.client()
    for contact in every[::40]:
        described = client.describe_contact(
            InstanceId=busy.instance, ContactId=contact["Id"])["Contact"]
        shared = contact.keys() & described.keys()
        assert {k: contact[k] for k in shared} == {k: described[k] for k in shared}
        assert shared >= {"Arn", "Id", "Channel", "InitiationMethod", "InitiationTimestamp"}


def unknown(simulator):
    """The rows whose contacts do not exist."""
    client, missing = simulator.client(), set()
    for row in simulator.rows:
        try:
            client.describe_contact(InstanceId=simulator.instance, ContactId=row["ContactId"])
        except client.exceptions.ResourceNotFoundException:
            missing.add(row["ContactId"])
    return missing


def test_the_pages_do_not_change_what_is_found(busy, every):
    assert found(busy, size=7) == every


def test_not_exists_finds_the_active_contacts(busy, every):
    active = found(busy, ACTIVE)
    assert ids(active) == {c["Id"] for c in every if "DisconnectTimestamp" not in c}
    assert 0 < len(active) < len(every)


def test_a_contact_that_is_transferred_is_active_no_more_and_its_successor_is(start):
    simulator = start(*UNLIMITED, "--contacts", "30", "--failing-share", "0")
    before = ids(found(simulator, ACTIVE))
    good, _ = transferred(simulator, simulator.client())
    after = ids(found(simulator, ACTIVE))
    assert before - after == {row["ContactId"] for row, _ in good}
    assert after - before == {answer["ContactId"] for _, answer in good}


def test_each_filter_finds_what_it_names(busy, every):
    some = next(c for c in every if c.get("Tags") and "QueueInfo" in c)
    queues = sorted({c["QueueInfo"]["Id"] for c in every if "QueueInfo" in c})[:3]
    agents = sorted({c["AgentInfo"]["Id"] for c in every if "AgentInfo" in c})[:3]
    key, value = sorted(some["Tags"].items())[0]
    cases = [
        ({"Channels": ["TASK"]}, lambda c: c["Channel"] == "TASK"),
        ({"Channels": ["EMAIL", "VOICE"]}, lambda c: c["Channel"] in ("EMAIL", "VOICE")),
        ({"InitiationMethods": ["TRANSFER"]}, lambda c: c["InitiationMethod"] == "TRANSFER"),
        ({"QueueIds": queues}, lambda c: c.get("QueueInfo", {}).get("Id") in queues),
        ({"AgentIds": agents}, lambda c: c.get("AgentInfo", {}).get("Id") in agents),
        ({"Name": {"SearchText": [some["Name"]], "MatchType": "MATCH_EXACT"}},
         lambda c: c["Name"] == some["Name"]),
        ({"ContactTags": {"TagCondition": {"TagKey": key, "TagValue": value}}},
         lambda c: c.get("Tags", {}).get(key) == value),
        (ACTIVE | {"Channels": ["TASK"], "QueueIds": queues},
         lambda c: "DisconnectTimestamp" not in c and c["Channel"] == "TASK"
         and c.get("QueueInfo", {}).get("Id") in queues)]
    for criteria, fits in cases:
        expected = {c["Id"] for c in every if fits(c)}
        assert ids(found(busy, criteria)) == expected, criteria
        assert 0 < len(expected) < len(every), criteria


@pytest.mark.parametrize("field", SORTED_BY)
@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
def test_sorts_as_asked_over_all_pages(busy, every, field, order):
    contacts = found(busy, size=50, Sort={"FieldName": field, "Order": order})
    values = [SORTED_BY[field](c) for c in contacts if SORTED_BY[field](c) is not None]
    assert values == sorted(values, reverse=order == "DESCENDING")
    assert ids(contacts) == ids(every) and len(set(values)) > 1


def test_the_time_range_bounds_what_is_found(busy, every):
    times = sorted(c["InitiationTimestamp"] for c in every)
    middle = times[len(times) // 2].replace(microsecond=0)
    answer = busy.client().search_contacts(
        InstanceId=busy.instance, TimeRange=EVER | {"EndTime": middle}, MaxResults=1)
    assert answer["TotalCount"] == sum(time <= middle for time in times)
