"""Reads a captured request as the service would: the operation, and its input by the model."""

import json
import re
import urllib.parse

import botocore.session

from answers import shape_problems

MODEL = botocore.session.get_session().get_service_model("connect")


def _pattern(operation):
    template = operation.http["requestUri"].partition("?")[0]
    return re.compile(re.sub(r"\{(\w+)\+?\}", r"(?P<\1>[^/]+)", template))


OPERATIONS = [
    (operation, _pattern(operation))
    for operation in map(MODEL.operation_model, MODEL.operation_names)]


def operation_of(request):
    """The operation of a request and the labels of its path."""
    for operation, pattern in OPERATIONS:
        match = pattern.fullmatch(request.path)
        if match and operation.http["method"] == request.method:
            return operation, {
                k: urllib.parse.unquote(v, errors="strict") for k, v in match.groupdict().items()}
    raise AssertionError(f"{request.method} {request.target} is no operation of Amazon Connect")


def input_problems(request):
    """What the model does not allow in a request: members, their types, lengths and presence."""
    operation, labels = operation_of(request)
    body = json.loads(request.body) if request.body else {}
    members = operation.input_shape.members
    found, given = [], set()
    for name, member in members.items():
        wire = member.serialization.get("name", name)
        location = member.serialization.get("location")
        if location == "uri":
            values = [labels.pop(wire)]
        elif location == "querystring":
            values = [_typed(member, v) for k, v in request.query if k == wire]
        else:
            values = [body.pop(wire)] if wire in body else []
        given |= {name} if values else set()
        value_shape = member.member if location and member.type_name == "list" else member
        for value in values:
            found += shape_problems(value_shape, value, name)
        if len(values) > 1 and member.type_name != "list":
            found.append(f"{name} is there {len(values)} times")
    queried = {m.serialization.get("name") for m in members.values()
               if m.serialization.get("location") == "querystring"}
    found += [f"{name} is missing" for name in set(operation.input_shape.required_members) - given]
    found += [f"{name} is unknown in the body" for name in body]
    found += [f"{name} is unknown in the query" for name, _ in request.query if name not in queried]
    return operation.name, found


def _typed(member, text):
    return int(text) if member.type_name == "integer" else text
