"""Checks answers, as they stand on the wire, against the output shapes of botocore's models.

`watch()` looks at every answer that any botocore client of this process gets, each attempt of it,
so that no test can forget to. What does not fit is kept in `problems`, and appended to the file
that BATON_ANSWER_PROBLEMS names: the aws CLI runs with the same eyes, in a process of its own.
"""

import base64
import binascii
import collections
import datetime
import json
import os
import re
import xml.etree.ElementTree as ElementTree

import botocore.endpoint

problems = []
seen = collections.Counter()

# What AWS's front door answers, before an operation is reached: no model names them.
FRONT_DOOR = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException",
    "IncompleteSignature", "IncompleteSignatureException", "InvalidClientTokenId",
    "InvalidSignatureException", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "RequestExpired", "SerializationException",
    "SignatureDoesNotMatch", "Throttling", "ThrottlingException", "UnknownOperationException",
    "UnrecognizedClientException", "ValidationError", "ValidationException",
}
# The answer of a broken load balancer is no answer of the service: nothing is promised of it.
UNPROMISED = {502, 503, 504}
CONTENT_TYPES = {
    "rest-json": "application/json", "json": "application/x-amz-json-1.1", "query": "text/xml"}
ISO8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
YEAR_2000, YEAR_2100 = 946_684_800, 4_102_444_800


def watch():
    """Looks at answers from now on.

    Not by an event of botocore's: its own handlers come first there, and mend some answers.
    """
    convert = botocore.endpoint.convert_to_response_dict

    def converted(http_response, operation_model):
        answer = convert(http_response, operation_model)
        # botocore asks a second time, for the events of a retry.
        if not hasattr(http_response, "is_looked_at"):
            http_response.is_looked_at = True
            _look(operation_model, answer)
        return answer

    botocore.endpoint.convert_to_response_dict = converted


def _look(operation_model, answer):
    found = answer_problems(operation_model, answer)
    seen[(operation_model.service_model.service_name, operation_model.name)] += 1
    problems.extend(found)
    if found and "BATON_ANSWER_PROBLEMS" in os.environ:
        with open(os.environ["BATON_ANSWER_PROBLEMS"], "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in found)


def answer_problems(operation, answer):
    """What is wrong with an answer: `{"status_code", "headers", "body"}`, as botocore keeps it."""
    status = answer["status_code"]
    if status in UNPROMISED:
        return []
    protocol = operation.service_model.resolved_protocol
    place = f"{operation.service_model.service_name}.{operation.name} {status}"
    found = _header_problems(answer["headers"], protocol)
    try:
        check = _xml_problems if protocol == "query" else _json_problems
        found += check(operation, protocol, status, answer)
    except (ValueError, ElementTree.ParseError) as error:
        found.append(f"the body cannot be read: {error}: {answer['body'][:200]!r}")
    return [f"{place}: {problem}" for problem in found]


def _header_problems(headers, protocol):
    found = []
    content_type = headers.get("content-type", "").split(";")[0]
    if content_type != CONTENT_TYPES[protocol]:
        found.append(f"its Content-Type is {content_type!r}")
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                        headers.get("x-amzn-requestid", "")):
        found.append("it has no x-amzn-RequestId that is a UUID")
    return found


def _json_problems(operation, protocol, status, answer):
    body = json.loads(answer["body"] or b"{}")
    if status < 300:
        expected = operation.http.get("responseCode", 200)
        found = [] if status == expected else [f"the model's status is {expected}"]
        return found + list(shape_problems(operation.output_shape, body, "$"))
    code = answer["headers"].get("x-amzn-errortype") or body.get("__type") or body.get("code", "")
    code = code.split(":", 1)[0].rsplit("#", 1)[-1]
    envelope = {k: v for k, v in body.items() if k not in ("__type", "code")}
    return _error_problems(operation, code, status, envelope)


def _error_problems(operation, code, status, body):
    shape = next((s for s in operation.error_shapes if s.error_code == code), None)
    if shape is None:
        return [] if code in FRONT_DOOR else [f"{code!r} is no modelled exception of it"]
    expected = shape.metadata.get("error", {}).get("httpStatusCode", 400)
    found = [] if status == expected else [f"the model's status for {code} is {expected}"]
    # Of an XML error only code and message stand in a fixed place.
    return found + (list(shape_problems(shape, body, "$")) if body is not None else [])


def shape_problems(shape, value, place):
    """Yields what does not fit, each with its place in the body."""
    if value is None:
        yield f"{place} is null"
        return
    kind = {"structure": dict, "map": dict, "list": list, "boolean": bool}.get(
        shape.type_name, (int, float) if shape.type_name in NUMBERS else str)
    if shape.type_name == "timestamp":
        kind = (int, float)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        yield f"{place} is a {type(value).__name__}, not a {shape.type_name}"
        return
    yield from WALKS.get(shape.type_name, _scalar)(shape, value, place)


def _structure(shape, value, place):
    members = {
        member.serialization.get("name", name): (name, member)
        for name, member in shape.members.items() if "location" not in member.serialization}
    if shape.metadata.get("union") and len(value) != 1:
        yield f"{place} is a union with {len(value)} members"
    for name in shape.required_members:
        wire = shape.members[name].serialization.get("name", name)
        if wire in members and wire not in value:
            yield f"{place}.{wire} is missing"
    for wire, inner in value.items():
        if wire not in members:
            yield f"{place}.{wire} is unknown to the model"
        else:
            yield from shape_problems(members[wire][1], inner, f"{place}.{wire}")


def _list(shape, value, place):
    yield from _bounds(shape, len(value), place)
    for index, inner in enumerate(value):
        yield from shape_problems(shape.member, inner, f"{place}[{index}]")


def _map(shape, value, place):
    yield from _bounds(shape, len(value), place)
    for name, inner in value.items():
        yield from shape_problems(shape.key, name, f"{place}.{name} (its key)")
        yield from shape_problems(shape.value, inner, f"{place}.{name}")


def _string(shape, value, place):
    yield from _bounds(shape, len(value), place)
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        yield f"{place} is {value!r}, which the model's enum lacks"
    pattern = shape.metadata.get("pattern")
    if pattern and not _pattern(pattern).search(value):
        yield f"{place} is {value!r}, which is not of the form {pattern}"


def _pattern(text):
    # Python has no \p{…}; letters, digits, blanks and marks of all scripts stand for them.
    return re.compile(re.sub(r"\\p\{\w+\}", r"\\w\\s", text))


def _scalar(shape, value, place):
    if shape.type_name in ("integer", "long") and value != int(value):
        yield f"{place} is {value}, not a whole number"
    if shape.type_name in NUMBERS:
        yield from _bounds(shape, value, place)


def _timestamp(shape, value, place):
    if not YEAR_2000 < value < YEAR_2100:
        yield f"{place} is {value}, no moment of our days in seconds"


def _blob(shape, value, place):
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        yield f"{place} is no base64"


def _bounds(shape, value, place):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and value < low) or (high is not None and value > high):
        yield f"{place} has length or value {value}, outside of {low}..{high}"


NUMBERS = ("integer", "long", "float", "double")
WALKS = {
    "structure": _structure, "list": _list, "map": _map, "string": _string,
    "timestamp": _timestamp, "blob": _blob}


def _xml_problems(operation, protocol, status, answer):
    root = ElementTree.fromstring(answer["body"])
    namespace = "{%s}" % operation.service_model.metadata["xmlNamespace"]
    if not all(element.tag.startswith(namespace) for element in root.iter()):
        return [f"not all its elements are in the namespace {namespace}"]
    for element in root.iter():
        element.tag = element.tag.removeprefix(namespace)
    if status >= 300:
        if root.tag != "ErrorResponse" or root.find("RequestId") is None:
            return [f"it is a {root.tag}, not an ErrorResponse with a RequestId"]
        error = {element.tag: element.text for element in root.find("Error")}
        missing = [f"Error.{n} is missing" for n in ("Type", "Code", "Message") if n not in error]
        return missing + _error_problems(operation, error.get("Code", ""), status, None)
    result = root.find(operation.output_shape.serialization["resultWrapper"])
    if root.tag != operation.name + "Response" or result is None:
        return [f"it is a {root.tag} with {[e.tag for e in root]}"]
    shape = operation.output_shape
    found = list(shape_problems(shape, _value(shape, result), "$"))
    if root.find("ResponseMetadata/RequestId") is None:
        found.append("it has no ResponseMetadata.RequestId")
    return found


def _value(shape, element):
    """An XML element as the JSON that says the same, so that one walk serves both."""
    if shape.type_name == "structure":
        members = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        return {
            child.tag: _value(members[child.tag], child) if child.tag in members else child.text
            for child in element}
    text = element.text or ""
    if shape.type_name == "string":
        return text
    if shape.type_name == "integer":
        return int(text)
    if shape.type_name == "timestamp" and ISO8601.fullmatch(text):
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    raise ValueError(f"{element.tag} is {text!r}, not a {shape.type_name}")
