"""Transfers, and which rows of a simulator's input CSV can be transferred."""

import botocore.exceptions


def transferred(simulator, client):
    """Makes every transfer of the CSV; gives the good ones and the codes of the others."""
    good, codes = [], set()
    for row in simulator.rows:
        try:
            good.append((row, client.transfer_contact(**simulator.request(row))))
        except botocore.exceptions.ClientError as error:
            codes.add(error.response["Error"]["Code"])
    return good, codes


def can_be_transferred(simulator, client, row):
    """Asks without touching the contact: an unknown queue is looked at after the contact."""
    request = simulator.request(row) | {"QueueId": "unknown"}
    request.pop("UserId", None)
    try:
        client.transfer_contact(**request)
    except client.exceptions.ResourceNotFoundException as error:
        return "queue" in error.response["Error"]["Message"]
    except botocore.exceptions.ClientError:
        return False
