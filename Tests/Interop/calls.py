"""A call of each operation of Amazon Connect that succeeds, if nothing stands in its way."""

import datetime

NOW = datetime.datetime.now(datetime.timezone.utc)
# As long as a range may be: eight weeks.
EVER = {
    "Type": "INITIATION_TIMESTAMP", "StartTime": NOW - datetime.timedelta(days=55),
    "EndTime": NOW + datetime.timedelta(hours=23)}
OPERATIONS = [
    "TransferContact", "DescribeContact", "ListAssociatedContacts", "SearchContacts", "ListQueues",
    "ListUsers", "ListContactFlows", "DescribeContactFlow", "DescribeQueue", "DescribeUser",
    "ListInstances", "DescribeInstance"]


def parameters(simulator, operation):
    """The parameters of a call; the world needs no failing rows."""
    queue_row = next(row for row in simulator.rows if row["QueueId"])
    user_row = next(row for row in simulator.rows if row["UserId"])
    instance = {"InstanceId": simulator.instance}
    return {
        "TransferContact": simulator.request(queue_row),
        "DescribeContact": instance | {"ContactId": queue_row["ContactId"]},
        "ListAssociatedContacts": instance | {"ContactId": queue_row["ContactId"]},
        "SearchContacts": instance | {"TimeRange": EVER},
        "DescribeContactFlow": instance | {"ContactFlowId": queue_row["ContactFlowId"]},
        "DescribeQueue": instance | {"QueueId": queue_row["QueueId"]},
        "DescribeUser": instance | {"UserId": user_row["UserId"]},
        "ListInstances": {},
    }.get(operation, instance)


def call(client, operation, given):
    return client._make_api_call(operation, given)
