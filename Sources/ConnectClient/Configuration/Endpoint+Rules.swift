/// A part of AWS with domains of its own. All of them have FIPS and dual-stack endpoints.
private struct Partition {
    /// What its Regions' names start with, before a word and a number.
    let prefix: String
    let suffix: String
    let dualStackSuffix: String
    /// A name that stands for no Region and yet belongs here.
    var global: String?
    /// The plain name is the FIPS one, except over dual-stack.
    var isPlainFIPS = false

    /// botocore 1.43.11, data/partitions.json; names that fit none, known or not, belong to `aws`.
    static let special = [
        Partition(
            prefix: "cn-", suffix: "amazonaws.com.cn",
            dualStackSuffix: "api.amazonwebservices.com.cn", global: "aws-cn-global"),
        Partition(
            prefix: "eusc-de-", suffix: "amazonaws.eu",
            dualStackSuffix: "api.amazonwebservices.eu"),
        Partition(
            prefix: "us-iso-", suffix: "c2s.ic.gov", dualStackSuffix: "api.aws.ic.gov",
            global: "aws-iso-global"),
        Partition(
            prefix: "us-isob-", suffix: "sc2s.sgov.gov", dualStackSuffix: "api.aws.scloud",
            global: "aws-iso-b-global"),
        Partition(
            prefix: "eu-isoe-", suffix: "cloud.adc-e.uk",
            dualStackSuffix: "api.cloud-aws.adc-e.uk", global: "aws-iso-e-global"),
        Partition(
            prefix: "us-isof-", suffix: "csp.hci.ic.gov", dualStackSuffix: "api.aws.hci.ic.gov",
            global: "aws-iso-f-global"),
        Partition(
            prefix: "us-gov-", suffix: "amazonaws.com", dualStackSuffix: "api.aws",
            global: "aws-us-gov-global", isPlainFIPS: true),
    ]
    static let aws = Partition(prefix: "", suffix: "amazonaws.com", dualStackSuffix: "api.aws")

    /// True for `{prefix}\w+-\d+`.
    func holds(_ region: String) -> Bool {
        if region == global { return true }
        guard region.hasPrefix(prefix) else { return false }
        let words = region.dropFirst(prefix.count).split(
            separator: "-", omittingEmptySubsequences: false)
        return words.count == 2 && words.allSatisfy { !$0.isEmpty }
            && words[1].allSatisfy(\.isNumber)
    }
}

extension Endpoint {
    /// Gives a service's own endpoint in a Region (botocore, endpoint-rule-set-1.json of each).
    ///
    /// - Parameter usesGlobalSTS: STS is called at its one old address from the Regions that had no
    ///   other (`sts_regional_endpoints = legacy`).
    /// - Throws: where the Region cannot be part of a host's name.
    package static func rules(
        for service: AWSService, region: String, usesFIPS: Bool, usesDualStack: Bool,
        usesGlobalSTS: Bool = false
    ) throws(ConnectClientError) -> Endpoint {
        try checkRegion(region)
        if service == .sts, !usesFIPS, !usesDualStack,
            region == "aws-global" || usesGlobalSTS && regionsOfGlobalSTS.contains(region)
        {
            return Endpoint(host: "sts.amazonaws.com", signingRegion: "us-east-1")
        }
        let partition = Partition.special.first { $0.holds(region) } ?? .aws
        let isPlainFIPS = partition.isPlainFIPS && !usesDualStack
        let name = service.hostPrefix + (usesFIPS && !isPlainFIPS ? "-fips" : "")
        let suffix = usesDualStack ? partition.dualStackSuffix : partition.suffix
        return Endpoint(host: "\(name).\(region).\(suffix)")
    }

    /// Refuses a Region's name that is more than a label, or names an endpoint of old instead.
    static func checkRegion(_ region: String) throws(ConnectClientError) {
        // It becomes part of a host's name: anything else could send the call elsewhere.
        let isLabel = region.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        guard isLabel, (1...63).contains(region.utf8.count) else {
            throw ConnectClientError(
                .regionInvalid, "\(region) is no Region. Write it like us-east-1.")
        }
        guard !region.hasPrefix("fips-"), !region.hasSuffix("-fips") else {
            throw ConnectClientError(
                .regionInvalid,
                "\(region) is the name of an endpoint. Give the Region without `fips`, and set "
                    + "AWS_USE_FIPS_ENDPOINT=true.")
        }
    }

    /// sts/2011-06-15/endpoint-rule-set-1.json.
    private static let regionsOfGlobalSTS: Set<String> = [
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
        "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
        "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    ]
}
