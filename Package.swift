// swift-tools-version: 6.2
import PackageDescription

/// For every target: Swift 6 mode, explicit existentials and imports, no warning left standing.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Failpoints exist in debug builds alone: see Sources/Failpoints.
let failpoints: [SwiftSetting] = [.define("FAILPOINTS", .when(configuration: .debug))]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let instrumentation = Target.Dependency.product(name: "Instrumentation", package: "swift-distributed-tracing")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "workspace-worker",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "workspace-worker", targets: ["workspace-worker"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: []),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The C libraries and the thread that drives each of their connections.
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .target(name: "CLinux"),
    .target(name: "ThreadExecutor", dependencies: ["CLinux", "CrashWitness"]),

    // What tells the message that kills a process from its neighbours.
    .target(name: "CCrashWitness"),
    .target(name: "CrashWitness", dependencies: ["CCrashWitness"]),

    // Where tests stop the process, to prove what it promises.
    .target(name: "Failpoints", swiftSettings: failpoints),

    .target(name: "Secrets"),

    // How tasks wait for each other, try again, and let go of what they have opened.
    .target(name: "Coordination"),

    // Pure: no I/O, no clock, no randomness. Arrows point to these.
    .target(name: "WorkspaceDomain"),
    .target(name: "StrictJSON", dependencies: ["WorkspaceDomain"]),
    .target(name: "WorkspaceApplication", dependencies: ["WorkspaceDomain", "StrictJSON"]),
    .target(name: "Messaging"),
    .target(
      name: "UnitOfWork", dependencies: ["WorkspaceApplication", "WorkspaceDomain", "Messaging"]),
    .target(
      name: "MessageContract",
      dependencies: ["StrictJSON", "WorkspaceApplication", "WorkspaceDomain", "Messaging", crypto]),

    // What operators do; the servers are behind ports.
    .target(
      name: "Operations",
      dependencies: [
        "Settings", "StrictJSON", "WorkerRuntime", "UnitOfWork", "MessageContract", "WorkspaceApplication",
        "WorkspaceDomain", "Messaging", "Coordination",
      ]),

    .target(
      name: "FileFormats",
      dependencies: [
        "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "Messaging",
        .product(name: "Yams", package: "Yams"),
      ]),

    // Clients of the two servers. Neither knows the worker, or the other.
    .target(
      name: "PostgresClient", dependencies: ["CLibPQ", "CLinux", "ThreadExecutor", "Coordination", "Secrets", logging]),
    .target(
      name: "RabbitMQClient",
      dependencies: [
        "CRabbitMQ", "COpenSSL", "CLinux", "ThreadExecutor", "Coordination", "Secrets", "Messaging", "Failpoints",
        logging,
      ]),

    // Adapters: the worker's use of each. None imports another.
    .target(
      name: "PostgresStore",
      dependencies: [
        "PostgresClient", "WorkerRuntime", "Operations", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "Messaging", "Migrations", "Coordination", crypto, logging,
      ]),
    .target(
      name: "RabbitMQBroker",
      dependencies: [
        "RabbitMQClient", "WorkerRuntime", "Operations", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "Messaging", "Coordination", logging,
      ]),
    .target(
      name: "SpiceDBClient",
      dependencies: [
        "Secrets", "Coordination", crypto, logging, .product(name: "GRPCCore", package: "grpc-swift-2"),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .target(
      name: "SpiceDBAuthorization",
      dependencies: [
        "SpiceDBClient", "Coordination", "Operations", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", logging,
      ],
      resources: [.embedInCode("Schema/schema.zed")]),
    .target(name: "Migrations", path: "Migrations", resources: [.embedInCode("sql")]),

    // The worker.
    .target(
      name: "WorkerRuntime",
      dependencies: [
        "StrictJSON", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "Messaging",
        "Coordination", "CrashWitness", "Failpoints", crypto, lifecycle, logging,
      ]),
    .target(
      name: "MessageSchemas", dependencies: ["StrictJSON", "MessageContract"],
      resources: [.embedInCode("schemas/messages.schema.json")]),
    .target(
      name: "Settings",
      dependencies: [
        "WorkerRuntime", "FileFormats", "MessageContract", "WorkspaceApplication", "WorkspaceDomain", "Messaging",
        "Coordination", configuration, logging, .product(name: "Yams", package: "Yams"),
      ]),
    .target(name: "PrometheusExporter", dependencies: [metrics]),
    .target(
      name: "OTLPExporter",
      dependencies: [
        "StrictJSON", "MessageContract", "Coordination", tracing, instrumentation, lifecycle, logging,
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    .target(
      name: "Observability",
      dependencies: [
        "PrometheusExporter", "OTLPExporter", "WorkerRuntime", "MessageContract", "UnitOfWork", "WorkspaceApplication",
        "WorkspaceDomain", "Messaging", hummingbird, lifecycle, logging, metrics, tracing, instrumentation,
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .target(
      name: "WorkerCLI",
      dependencies: [
        "Settings", "StrictJSON", "Operations", "WorkerRuntime", "Observability", "PrometheusExporter", "OTLPExporter",
        "MessageSchemas", "FileFormats", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "Messaging", "PostgresStore", "PostgresClient", "RabbitMQBroker", "RabbitMQClient", "SpiceDBAuthorization",
        "SpiceDBClient", "Coordination", "Secrets", "ThreadExecutor", "Migrations", "CrashWitness", argumentParser,
        lifecycle, unixSignals, logging,
      ]),
    .executableTarget(name: "workspace-worker", dependencies: ["WorkerCLI", argumentParser]),

    // What bin/benchmark runs.
    .executableTarget(
      name: "load-generator",
      dependencies: [
        "RabbitMQClient", "PostgresClient", "MessageContract", "Messaging", argumentParser, logging,
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      path: "Benchmarks/LoadGenerator"),

    // What bin/benchmark counts the instructions of.
    .executableTarget(
      name: "command-path",
      dependencies: [
        "WorkerRuntime", "PostgresStore", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "Messaging",
      ],
      path: "Benchmarks/CommandPath"),

    // Tests: the pure ones by transcript and random walk, the others against the servers that bin/test starts.
    .target(
      name: "TestSupport",
      dependencies: [
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"), "CLinux",
        "Coordination", "Migrations", "PostgresClient", "PostgresStore", "RabbitMQClient", "Secrets", "UnitOfWork",
        "WorkspaceApplication", "WorkspaceDomain", "Messaging", logging,
      ], path: "Tests/TestSupport"),
    .target(
      name: "Fuzzing",
      dependencies: [
        "StrictJSON", "FileFormats", "RabbitMQClient", "MessageContract", "UnitOfWork", "WorkspaceApplication",
        "WorkspaceDomain", "Messaging",
      ],
      path: "Tests/Fuzzing"),
    .testTarget(name: "FuzzingTests", dependencies: ["Fuzzing"]),
    .testTarget(
      name: "FileFormatsTests", dependencies: ["FileFormats", "Messaging", "UnitOfWork", "WorkspaceDomain"]),
    .target(
      name: "TestFixtures", dependencies: ["Messaging", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain"],
      path: "Tests/TestFixtures"),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"]),
    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON", "TestFixtures"]),
    .testTarget(
      name: "WorkspaceDomainTests", dependencies: ["WorkspaceDomain", "TestFixtures"]),
    .testTarget(
      name: "WorkspaceApplicationTests",
      dependencies: ["WorkspaceApplication", "WorkspaceDomain", "UnitOfWork", "TestFixtures"]),
    .testTarget(
      name: "MessageContractTests",
      dependencies: [
        "StrictJSON", "MessageContract", "WorkspaceApplication", "WorkspaceDomain", "UnitOfWork", "Messaging",
        "TestFixtures",
      ]),
    .testTarget(name: "CoordinationTests", dependencies: ["Coordination", "TestFixtures"]),
    .testTarget(name: "MessagingTests", dependencies: ["Messaging", "TestFixtures"]),
    .testTarget(
      name: "UnitOfWorkTests",
      dependencies: ["UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "Messaging", "TestFixtures"]),
    .testTarget(
      name: "OperationsTests",
      dependencies: [
        "Operations", "Settings", "WorkerRuntime", "UnitOfWork", "MessageContract", "WorkspaceApplication",
        "WorkspaceDomain", "Messaging", "Coordination", "TestFixtures",
      ]),
    .testTarget(
      name: "WorkerRuntimeTests",
      dependencies: [
        "WorkerRuntime", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "Messaging",
        "Coordination", "StrictJSON", "TestFixtures", crypto, logging,
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ]),
    .testTarget(
      name: "WorkerCLITests",
      dependencies: [
        "WorkerCLI", "Coordination", "Operations", "Settings", "MessageContract", "Messaging", "PostgresClient",
        "PostgresStore", "UnitOfWork", "WorkerRuntime", "WorkspaceDomain", "TestSupport", argumentParser, logging,
        unixSignals,
      ]),
    .testTarget(
      name: "SettingsTests",
      dependencies: [
        "Coordination", "Settings", "MessageContract", "Messaging", "WorkerRuntime", "WorkspaceApplication", logging,
      ]),
    .testTarget(
      name: "OTLPExporterTests",
      dependencies: [
        "OTLPExporter", "TestSupport", tracing, instrumentation, logging,
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ]),
    .testTarget(name: "SecretsTests", dependencies: ["Secrets"]),
    .testTarget(name: "PrometheusExporterTests", dependencies: ["PrometheusExporter", metrics]),
    .testTarget(
      name: "ObservabilityTests",
      dependencies: [
        "Observability", "PrometheusExporter", "WorkerRuntime", "UnitOfWork", "WorkspaceDomain", "TestFixtures",
        logging,
        metrics,
      ]),
    .testTarget(
      name: "PostgresClientTests", dependencies: ["PostgresClient", "TestSupport", logging]),
    .testTarget(
      name: "PostgresStoreTests",
      dependencies: [
        "TestFixtures", "Operations", "PostgresStore", "PostgresClient", "UnitOfWork", "WorkspaceApplication",
        "WorkspaceDomain", "Messaging", "TestSupport", "Migrations", logging,
      ]),
    .testTarget(
      name: "RabbitMQBrokerTests",
      dependencies: ["RabbitMQBroker", "RabbitMQClient", "WorkerRuntime", "Messaging", "TestSupport"]),
    .testTarget(
      name: "SpiceDBClientTests",
      dependencies: [
        "SpiceDBClient", "SpiceDBAuthorization", "EndToEndSupport", "TestSupport", "TestFixtures", "WorkerRuntime",
        "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "Secrets", "Coordination", logging,
      ]),
    .testTarget(
      name: "SpiceDBAuthorizationTests",
      dependencies: [
        "SpiceDBAuthorization", "SpiceDBClient", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "TestFixtures",
      ]),
    .testTarget(
      name: "RabbitMQClientTests",
      dependencies: ["Coordination", "RabbitMQClient", "Secrets", "Messaging", "TestFixtures", "TestSupport", logging]),
    .target(
      name: "EndToEndSupport",
      dependencies: ["RabbitMQClient", "PostgresClient", "Messaging", "StrictJSON", "WorkspaceDomain", "TestSupport"],
      path: "Tests/EndToEndSupport"),
    .target(
      name: "Proof",
      dependencies: [
        "EndToEndSupport", "Failpoints", "PostgresClient", "MessageContract", "Messaging", "WorkspaceDomain",
        "TestFixtures", "TestSupport",
      ],
      path: "Tests/Proof"),
    .executableTarget(
      name: "prove", dependencies: ["workspace-worker", "Proof", "Failpoints", "TestSupport", argumentParser],
      path: "Tests/ProveCommand"),
    .testTarget(
      name: "ProofTests",
      dependencies: ["workspace-worker", "Proof", "EndToEndSupport", "Failpoints", "TestFixtures", "TestSupport"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "workspace-worker", "command-path", "EndToEndSupport", "Failpoints", "RabbitMQBroker", "RabbitMQClient",
        "PostgresClient", "PostgresStore", "Secrets", "Messaging", "TestFixtures", "TestSupport", logging,
      ]),
  ]
)

// What bin/fuzz builds. Its main function is libFuzzer's: no other build could link it.
if Context.environment["WORKSPACE_WORKER_FUZZING"] != nil {
  package.targets.append(
    .executableTarget(name: "fuzz", dependencies: ["Fuzzing"], path: "Tests/FuzzCommand"))
}

for target in package.targets where target.type != .system {
  target.swiftSettings = (target.swiftSettings ?? []) + strict
}
