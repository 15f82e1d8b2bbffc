// swift-tools-version: 6.2
import PackageDescription

/// The same rules for every target of ours: see Tests/TidyTests for those the compiler cannot hold.
let rules: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// For the modules that call C.
let rulesWhereCIs = rules + [.strictMemorySafety()]

let package = Package(
    name: "Baton",
    products: [
        .executable(name: "baton", targets: ["Baton"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        .target(name: "TransferCore", swiftSettings: rules),
        .target(name: "AWSSigning", dependencies: ["COpenSSL"], swiftSettings: rulesWhereCIs),
        .target(
            name: "ConnectClient",
            dependencies: [
                "TransferCore", "AWSSigning", "CCurl",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: rulesWhereCIs),
        .target(
            name: "TransferLedger",
            dependencies: [
                "TransferCore", "AWSSigning",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: rulesWhereCIs),
        .target(
            name: "Intake",
            dependencies: ["TransferCore", "TransferLedger", "AWSSigning"],
            swiftSettings: rules),
        .target(
            name: "TransferRun",
            dependencies: [
                "TransferCore", "TransferLedger",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: rules),
        .target(
            name: "Report",
            dependencies: [
                "TransferCore", "TransferLedger", "AWSSigning",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            exclude: ["summary.schema.json", "reconciliation.schema.json"],
            resources: [.embedInCode("Templates")],
            swiftSettings: rules),
        .target(
            name: "ConnectSimulator",
            dependencies: [
                "AWSSigning", "COpenSSL",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: rules),
        .target(
            name: "JobServer",
            dependencies: [
                "TransferCore", "TransferLedger", "Report",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: rules),
        .executableTarget(
            name: "Baton",
            dependencies: [
                "TransferCore", "ConnectClient", "TransferLedger", "Intake", "TransferRun",
                "Report", "JobServer", "ConnectSimulator", "AWSSigning",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: rules),

        // Not of any product: what `make bench` measures the client with.
        .executableTarget(
            name: "BenchProbe", dependencies: ["ConnectClient", "AWSSigning", "TransferCore"],
            path: "Tests/Bench/Probe", swiftSettings: rules),
        .testTarget(
            name: "AWSSigningTests", dependencies: ["AWSSigning"], swiftSettings: rules),
        .testTarget(
            name: "ConnectClientTests",
            dependencies: ["ConnectClient", "TransferCore", "AWSSigning", "TestSupport"],
            swiftSettings: rules),
        .testTarget(
            name: "ConnectSimulatorTests",
            dependencies: [
                "ConnectSimulator", "AWSSigning", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: rules),
        .testTarget(
            name: "EdgeTests",
            dependencies: [
                "ConnectClient", "ConnectSimulator", "TransferCore", "AWSSigning", "TestSupport",
            ],
            swiftSettings: rules),
        .testTarget(
            name: "TransferCoreTests", dependencies: ["TransferCore", "TestSupport"],
            swiftSettings: rules),
        .testTarget(
            name: "TransferLedgerTests",
            dependencies: [
                "TransferLedger", "TransferCore", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: rules),
        .testTarget(
            name: "IntakeTests",
            dependencies: ["Intake", "TransferLedger", "TransferCore", "TestSupport"],
            swiftSettings: rules),
        .testTarget(
            name: "TransferRunTests",
            dependencies: ["TransferRun", "TransferLedger", "TransferCore", "TestSupport"],
            swiftSettings: rules),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "TestSupport", "TransferCore",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: rules),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: rules),
        .target(
            name: "TestSupport", dependencies: ["TransferCore", "TransferLedger"],
            path: "Tests/TestSupport",
            swiftSettings: rules),
        .executableTarget(
            name: "EdgeProbe", dependencies: ["ConnectClient", "AWSSigning", "TransferCore"],
            path: "Tests/Interop/Probe", swiftSettings: rules),
        // What `make differential` and `make fuzz` put files into.
        .executableTarget(
            name: "IntakeProbe", dependencies: ["Intake", "TransferCore"],
            path: "Tests/Fuzz/Probe", swiftSettings: rules),
        .testTarget(
            name: "ReportTests",
            dependencies: ["Report", "TransferCore", "TransferLedger", "TestSupport"],
            swiftSettings: rules),
    ]
)
