// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 mode, explicit existentials and imports, no warning left standing.
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
    .target(name: "CLinux"),
    .target(name: "ThreadExecutor", dependencies: ["CLinux"], swiftSettings: strict),

    // Where tests stop the process, to prove what it promises.
    .target(name: "Failpoints", swiftSettings: strict + failpoints),

    .target(name: "Secrets", swiftSettings: strict),

    // Pure: no I/O, no clock, no randomness. Arrows point to these.
    .target(name: "WorkspaceDomain", swiftSettings: strict),
    .target(name: "WorkspaceApplication", dependencies: ["WorkspaceDomain"], swiftSettings: strict),
    .target(name: "DeliveryPipeline", swiftSettings: strict),
    .target(
      name: "UnitOfWork", dependencies: ["WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline"],
      swiftSettings: strict),
    .target(
      name: "MessageContract",
      dependencies: ["WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline", crypto],
      swiftSettings: strict),

    // Adapters. None imports another.
    .target(name: "PostgresClient", dependencies: ["CLibPQ", "CLinux", "ThreadExecutor", "Secrets", logging], swiftSettings: strict),
    .target(
      name: "PostgresStore",
      dependencies: ["PostgresClient", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline", "Migrations", crypto, logging],
      swiftSettings: strict),
    .target(
      name: "RabbitMQClient", dependencies: ["CRabbitMQ", "CLinux", "ThreadExecutor", "Secrets", "DeliveryPipeline", "Failpoints", logging],
      swiftSettings: strict),
    .target(name: "Migrations", path: "Migrations", resources: [.embedInCode("sql")], swiftSettings: strict),

    // The worker.
    .target(
      name: "WorkerRuntime",
      dependencies: ["MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline", "Failpoints", lifecycle, logging],
      swiftSettings: strict),
    .target(
      name: "MessageSchemas", dependencies: ["MessageContract"], resources: [.embedInCode("schemas/messages.schema.json")],
      swiftSettings: strict),
    .target(name: "PrometheusExporter", dependencies: [metrics], swiftSettings: strict),
    .target(
      name: "OTLPExporter",
      dependencies: [
        "MessageContract", tracing, instrumentation, lifecycle, logging, .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(
      name: "Observability",
      dependencies: [
        "PrometheusExporter", "OTLPExporter", "WorkerRuntime", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "DeliveryPipeline", hummingbird, lifecycle, logging, metrics, tracing, instrumentation,
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .target(
      name: "WorkerCLI",
      dependencies: [
        "WorkerRuntime", "Observability", "PrometheusExporter", "OTLPExporter", "MessageSchemas", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "DeliveryPipeline", "PostgresStore", "PostgresClient", "RabbitMQClient", "Secrets", "ThreadExecutor", "Migrations",
        argumentParser, configuration, lifecycle, unixSignals, logging,
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    .executableTarget(name: "workspace-worker", dependencies: ["WorkerCLI", argumentParser], swiftSettings: strict),

    // What bin/benchmark runs.
    .executableTarget(
      name: "load-generator",
      dependencies: [
        "RabbitMQClient", "PostgresClient", "DeliveryPipeline", argumentParser, logging,
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      path: "Benchmarks/LoadGenerator", swiftSettings: strict),

    // What bin/benchmark counts the instructions of.
    .executableTarget(
      name: "command-path",
      dependencies: [
        "WorkerRuntime", "PostgresStore", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain",
        "DeliveryPipeline",
      ],
      path: "Benchmarks/CommandPath", swiftSettings: strict),

    // Tests: the pure ones by transcript and random walk, the others against the servers that bin/test starts.
    .target(name: "TestSupport", dependencies: ["CLinux", "PostgresClient", "PostgresStore", "RabbitMQClient", "Secrets", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline", logging], path: "Tests/TestSupport", swiftSettings: strict),
    .target(name: "TestFixtures", dependencies: ["WorkspaceApplication", "WorkspaceDomain"], path: "Tests/TestFixtures", swiftSettings: strict),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(name: "WorkspaceDomainTests", dependencies: ["WorkspaceDomain", "TestFixtures"], swiftSettings: strict),
    .testTarget(name: "WorkspaceApplicationTests", dependencies: ["WorkspaceApplication", "WorkspaceDomain", "UnitOfWork", "TestFixtures"], swiftSettings: strict),
    .testTarget(name: "MessageContractTests", dependencies: ["MessageContract", "WorkspaceApplication", "WorkspaceDomain", "UnitOfWork", "DeliveryPipeline", "TestFixtures"], swiftSettings: strict),
    .testTarget(name: "DeliveryPipelineTests", dependencies: ["DeliveryPipeline", "TestFixtures"], swiftSettings: strict),
    .testTarget(name: "UnitOfWorkTests", dependencies: ["UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline", "TestFixtures"], swiftSettings: strict),
    .testTarget(
      name: "WorkerRuntimeTests",
      dependencies: [
        "WorkerRuntime", "MessageContract", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline",
        "TestFixtures", logging, .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .testTarget(name: "OTLPExporterTests", dependencies: ["OTLPExporter", tracing, instrumentation], swiftSettings: strict),
    .testTarget(name: "SecretsTests", dependencies: ["Secrets"], swiftSettings: strict),
    .testTarget(name: "PrometheusExporterTests", dependencies: ["PrometheusExporter", metrics], swiftSettings: strict),
    .testTarget(
      name: "ObservabilityTests",
      dependencies: ["Observability", "PrometheusExporter", "WorkspaceDomain", "TestFixtures", logging, metrics], swiftSettings: strict),
    .testTarget(name: "PostgresClientTests", dependencies: ["PostgresClient", "TestSupport", logging], swiftSettings: strict),
    .testTarget(name: "PostgresStoreTests", dependencies: ["PostgresStore", "PostgresClient", "UnitOfWork", "WorkspaceApplication", "WorkspaceDomain", "DeliveryPipeline", "TestSupport", "Migrations", logging], swiftSettings: strict),
    .testTarget(name: "RabbitMQClientTests", dependencies: ["RabbitMQClient", "Secrets", "DeliveryPipeline", "TestSupport", logging], swiftSettings: strict),
    .target(
      name: "EndToEndSupport",
      dependencies: ["RabbitMQClient", "PostgresClient", "DeliveryPipeline", "WorkspaceDomain", "TestSupport"],
      path: "Tests/EndToEndSupport", swiftSettings: strict),
    .target(
      name: "Proof",
      dependencies: ["EndToEndSupport", "Failpoints", "PostgresClient", "DeliveryPipeline", "WorkspaceDomain", "TestFixtures", "TestSupport"],
      path: "Tests/Proof", swiftSettings: strict),
    .executableTarget(
      name: "prove", dependencies: ["workspace-worker", "Proof", "Failpoints", "TestSupport", argumentParser], path: "Tests/ProveCommand",
      swiftSettings: strict),
    .testTarget(
      name: "ProofTests", dependencies: ["workspace-worker", "Proof", "EndToEndSupport", "Failpoints", "TestFixtures", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "workspace-worker", "command-path", "EndToEndSupport", "RabbitMQClient", "PostgresClient", "PostgresStore", "Secrets",
        "DeliveryPipeline",
        "TestSupport", logging,
      ],
      swiftSettings: strict),
  ]
)
