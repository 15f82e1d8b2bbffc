/// A part of AWS with domains of its own.
private struct Partition {
    /// What its Regions' names start with, and how many words they have.
    let prefix: String
    let suffix: String
    let dualStackSuffix: String

    /// botocore 1.43.11, data/partitions.json; the first that fits holds, `aws` else.
    static let special = [
        Partition(
            prefix: "cn-", suffix: "amazonaws.com.cn",
            dualStackSuffix: "api.amazonwebservices.com.cn"),
        Partition(
            prefix: "eusc-", suffix: "amazonaws.eu", dualStackSuffix: "api.amazonwebservices.eu"),
        Partition(prefix: "us-iso-", suffix: "c2s.ic.gov", dualStackSuffix: "api.aws.ic.gov"),
        Partition(prefix: "us-isob-", suffix: "sc2s.sgov.gov", dualStackSuffix: "api.aws.scloud"),
        Partition(
            prefix: "eu-isoe-", suffix: "cloud.adc-e.uk", dualStackSuffix: "api.cloud-aws.adc-e.uk"),
        Partition(
            prefix: "us-isof-", suffix: "csp.hci.ic.gov", dualStackSuffix: "api.aws.hci.ic.gov"),
    ]
    static let aws = Partition(prefix: "", suffix: "amazonaws.com", dualStackSuffix: "api.aws")
}

extension Endpoint {
    /// A service's own endpoint in a Region (botocore, endpoint-rule-set-1.json of each service).
    static func rules(
        for service: AWSService, region: String, usesFIPS: Bool, usesDualStack: Bool
    ) -> Endpoint {
        let partition = Partition.special.first { region.hasPrefix($0.prefix) } ?? .aws
        // In GovCloud the plain name is the FIPS one, except over dual-stack.
        let isPlainFIPS = region.hasPrefix("us-gov-") && !usesDualStack
        let name = service.hostPrefix + (usesFIPS && !isPlainFIPS ? "-fips" : "")
        let suffix = usesDualStack ? partition.dualStackSuffix : partition.suffix
        return Endpoint(host: "\(name).\(region).\(suffix)")
    }
}
