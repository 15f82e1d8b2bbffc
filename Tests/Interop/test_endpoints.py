"""Where our client goes, against what botocore's rule sets say, for every Region it knows."""

import itertools

import botocore.endpoint_provider
import botocore.exceptions
import botocore.session
import pytest

from probe import ask

# By our name in settings, and botocore's.
SERVICES = {
    "connect": "connect", "sts": "sts", "service_quotas": "service-quotas", "sso": "sso",
    "sso_oidc": "sso-oidc"}
MADE_UP = [
    "us-east-99", "eu-new-1", "mx-far-7", "il-central-9", "cn-new-1", "us-gov-new-1",
    "us-iso-new-9", "us-isob-new-9", "eu-isoe-new-9", "us-isof-new-9", "eusc-de-new-1",
    # Of no partition: they fall back to `aws`, though they begin like one of another.
    "nowhere", "xx-north-1", "us-iso", "cn", "cn-north", "us-gov", "eusc-fr-new-1", "us-isob",
    "cn-north-1-extra", "us-gov-west-1a", "us-isoz-east-1", "eu-iso-west-1", "1", "a-b-c-d-e"]
CUSTOM = [None, "https://vpce.example", "http://127.0.0.1:8080/base"]

LOADER = botocore.session.get_session().get_component("data_loader")
PARTITIONS = LOADER.load_data("partitions")


def regions():
    """Every Region of every partition, the pseudo-Regions like aws-global too, and made-up ones."""
    listed = {name for partition in PARTITIONS["partitions"] for name in partition["regions"]}
    for partition in LOADER.load_data("endpoints")["partitions"]:
        listed |= set(partition["regions"])
    return sorted(listed) + MADE_UP


def rule_set(service):
    return botocore.endpoint_provider.EndpointProvider(
        LOADER.load_service_model(SERVICES[service], "endpoint-rule-set-1"), PARTITIONS)


def resolved(provider, region, fips, dual_stack, url):
    """What the rules say: a URL, or None where they have none; parameters as the client's."""
    parameters = {"UseFIPS": fips, "UseDualStack": dual_stack, "Region": region, "Endpoint": url}
    if "UseGlobalEndpoint" in provider.ruleset.parameters:
        # Only AWS_STS_REGIONAL_ENDPOINTS=legacy sets it (botocore, args.py).
        parameters["UseGlobalEndpoint"] = False
    given = {name: value for name, value in parameters.items() if value is not None}
    try:
        return provider.resolve_endpoint(**given).url.rstrip("/")
    except botocore.exceptions.EndpointProviderError:
        return None


def question(service, region, fips, dual_stack, url):
    environment = {}
    if fips:
        environment["AWS_USE_FIPS_ENDPOINT"] = "true"
    if dual_stack:
        environment["AWS_USE_DUALSTACK_ENDPOINT"] = "true"
    return {
        "ask": "endpoint", "service": service, "region": region, "url": url,
        "environment": environment}


@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_are_those_of_botocores_rules(service, tell):
    provider = rule_set(service)
    cases = list(itertools.product(
        [None, *regions()], [False, True], [False, True], CUSTOM))
    expected = [resolved(provider, *case) for case in cases]
    ours = ask([question(service, *case) for case in cases])
    differing = [
        (*case, theirs, mine) for case, theirs, mine in zip(cases, expected, ours)
        # Unlike the rules, we want a Region even with a custom endpoint: signatures need one.
        if mine.get("url") != (None if case[0] is None else theirs)]
    assert differing[:5] == [], f"{len(differing)} of {len(cases)} differ"
    assert all(mine.get("error") for theirs, mine in zip(expected, ours) if theirs is None)
    tell(f"{len(cases)} endpoints of {service} as botocore's rules say, "
         f"{expected.count(None)} of them errors")


@pytest.mark.parametrize("service", SERVICES)
def test_the_rules_get_the_parameters_that_botocores_client_passes(service):
    provider = rule_set(service)
    session = botocore.session.get_session()
    for region, fips, dual_stack in [
            ("us-east-1", False, False), ("us-gov-west-1", True, False), ("eu-west-2", False, True),
            ("cn-north-1", False, False), ("ca-central-1", True, True)]:
        client = session.create_client(
            SERVICES[service], region, aws_access_key_id="a", aws_secret_access_key="b",
            config=botocore.config.Config(
                use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack))
        operation = client.meta.service_model.operation_model(
            client.meta.service_model.operation_names[0])
        url = client._ruleset_resolver.construct_endpoint(operation, {}, {}).url
        assert url == resolved(provider, region, fips, dual_stack, None)
