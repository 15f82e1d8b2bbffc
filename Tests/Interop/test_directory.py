"""Instances, queues, users and flows: listed page by page, and described."""

import pytest

from simulator import ONCE, UNLIMITED, Simulator

LISTS = {
    "list_queues": "QueueSummaryList", "list_users": "UserSummaryList",
    "list_contact_flows": "ContactFlowSummaryList"}
FLOW_TYPES = [
    "CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER", "CUSTOMER_QUEUE", "CUSTOMER_HOLD",
    "CUSTOMER_WHISPER", "AGENT_HOLD", "AGENT_WHISPER", "OUTBOUND_WHISPER", "CAMPAIGN"]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A world of thousands of queues and users, and of several instances."""
    simulator = Simulator(
        tmp_path_factory.mktemp("large"), *UNLIMITED, "--users", "2300", "--queues", "1100",
        "--instances", "23")
    yield simulator
    simulator.stop()


def listed(simulator, name, size=None, **parameters):
    """All items, and the length of each page, by botocore's paginator."""
    settings = {"PaginationConfig": {"PageSize": size}} if size else {}
    if name != "list_instances":
        parameters = {"InstanceId": simulator.instance, **parameters}
    key = LISTS.get(name, "InstanceSummaryList")
    pages = [
        page[key] for page in simulator.client().get_paginator(name).paginate(
            **parameters, **settings)]
    items = [item for page in pages for item in page]
    assert len({item["Id"] for item in items}) == len(items)
    return items, [len(page) for page in pages]


@pytest.mark.parametrize("name, fewest", [("list_queues", 3400), ("list_users", 2300)])
@pytest.mark.parametrize("size", [None, 1000, 333])
def test_lists_thousands_over_several_pages(large, name, fewest, size):
    items, pages = listed(large, name, size)
    assert len(items) >= fewest
    # "The default MaxResult size is 100."
    assert set(pages[:-1]) == {size or 100} and 0 < pages[-1] <= (size or 100)


def test_lists_the_same_whatever_the_pages_are(large):
    for name in LISTS:
        whole, _ = listed(large, name, 1000)
        assert listed(large, name, 7 if name == "list_contact_flows" else 501)[0] == whole


def test_every_destination_of_the_input_is_listed(large):
    for name, column in zip(LISTS, ["QueueId", "UserId", "ContactFlowId"]):
        ids = {item["Id"] for item in listed(large, name, 1000)[0]}
        named = {row[column] for row in large.rows if row[column]}
        assert named and (name == "list_contact_flows" or named <= ids | {""})


def test_queues_are_listed_by_type(large):
    both, _ = listed(large, "list_queues", 1000)
    standard, _ = listed(large, "list_queues", 1000, QueueTypes=["STANDARD"])
    agents, _ = listed(large, "list_queues", 1000, QueueTypes=["AGENT"])
    named, _ = listed(large, "list_queues", 1000, QueueTypes=["STANDARD", "AGENT"])
    assert both == standard + agents == named
    assert {q["QueueType"] for q in standard} == {"STANDARD"}
    assert {q["QueueType"] for q in agents} == {"AGENT"}


def test_flows_are_listed_by_type(large):
    every, _ = listed(large, "list_contact_flows", 1000)
    for kind in FLOW_TYPES:
        some, _ = listed(large, "list_contact_flows", 5, ContactFlowTypes=[kind])
        assert some == [flow for flow in every if flow["ContactFlowType"] == kind] != []
    two, _ = listed(large, "list_contact_flows", 5, ContactFlowTypes=FLOW_TYPES[1:3])
    assert two == [flow for flow in every if flow["ContactFlowType"] in FLOW_TYPES[1:3]]


def test_pages_that_are_empty_lose_nothing(start):
    simulator = start(*UNLIMITED, "--users", "250", "--sparse-pages")
    items, pages = listed(simulator, "list_users", 100)
    assert 0 in pages[:-1] and len(items) >= 250


def test_describes_what_it_lists(large):
    client, instance = large.client(), large.instance
    for queue in listed(large, "list_queues", 1000, QueueTypes=["STANDARD"])[0][-12:]:
        found = client.describe_queue(InstanceId=instance, QueueId=queue["Id"])["Queue"]
        assert (found["Name"], found["QueueArn"]) == (queue["Name"], queue["Arn"])
    for user in listed(large, "list_users", 1000)[0][-12:]:
        found = client.describe_user(InstanceId=instance, UserId=user["Id"])["User"]
        assert (found["Username"], found["Arn"]) == (user["Username"], user["Arn"])
    for flow in listed(large, "list_contact_flows", 1000)[0]:
        edition = "" if flow["ContactFlowStatus"] == "PUBLISHED" else ":$SAVED"
        found = client.describe_contact_flow(
            InstanceId=instance, ContactFlowId=flow["Id"] + edition)["ContactFlow"]
        assert (found["Name"], found["Type"], found["State"]) == (
            flow["Name"], flow["ContactFlowType"], flow["ContactFlowState"])


def test_a_disabled_queue_says_so(large):
    queues = listed(large, "list_queues", 1000, QueueTypes=["STANDARD"])[0]
    states = {
        queue["Name"]: large.client().describe_queue(
            InstanceId=large.instance, QueueId=queue["Id"])["Queue"]["Status"]
        for queue in queues if queue["Name"] in ("Closed branch", "billing")}
    assert states == {"Closed branch": "DISABLED", "billing": "ENABLED"}


def test_a_draft_is_described_only_when_it_is_asked_for(large):
    draft = next(
        flow for flow in listed(large, "list_contact_flows", 1000)[0]
        if flow["ContactFlowStatus"] == "SAVED")
    client = large.client()
    with pytest.raises(client.exceptions.ContactFlowNotPublishedException) as caught:
        client.describe_contact_flow(InstanceId=large.instance, ContactFlowId=draft["Id"])
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_instances_are_listed_ten_at_a_time_and_described(large):
    instances, pages = listed(large, "list_instances")
    assert pages == [10, 10, 3] and instances[0]["Id"] == large.instance
    for instance in instances:
        found = large.client().describe_instance(InstanceId=instance["Id"])["Instance"]
        assert found["Arn"] == instance["Arn"]
        assert found["InstanceAlias"] == instance["InstanceAlias"]


def test_the_other_instances_are_empty(large):
    other = listed(large, "list_instances")[0][1]["Id"]
    for name, key in LISTS.items():
        answer = getattr(large.client(), name)(InstanceId=other)
        assert answer[key] == [] and "NextToken" not in answer


@pytest.mark.parametrize("name", [*LISTS, "list_instances"])
def test_a_token_of_another_list_is_refused(large, name):
    client = large.client()
    token = client.list_users(InstanceId=large.instance, MaxResults=1)["NextToken"]
    parameters = {} if name == "list_instances" else {"InstanceId": large.instance}
    if name == "list_users":
        token += "x"
    with pytest.raises(client.exceptions.InvalidRequestException):
        getattr(client, name)(NextToken=token, **parameters)


@pytest.mark.parametrize("name, most", [*((name, 1000) for name in LISTS), ("list_instances", 10)])
def test_page_sizes_keep_to_the_models_bounds(large, name, most):
    client = large.client(config=ONCE.merge(type(ONCE)(parameter_validation=False)))
    parameters = {} if name == "list_instances" else {"InstanceId": large.instance}
    for size in (0, most + 1):
        with pytest.raises((
                client.exceptions.InvalidParameterException,
                client.exceptions.InvalidRequestException)):
            getattr(client, name)(MaxResults=size, **parameters)
    assert getattr(client, name)(MaxResults=most, **parameters)
