import ArgumentParser
import Testing
import UnitOfWork
import WorkerRuntime

@testable import WorkerCLI

@Suite struct FailureReportTests {
  @Test(arguments: [(.unavailable, 69), (.misconfigured, 1), (.refused, 1)] as [(ReplicaError.Kind, Int32)])
  func `the exit code says whether permissions can't be decided because SpiceDB is unavailable`(
    kind: ReplicaError.Kind, code: Int32
  ) {
    let error = ReplicaError(kind, "away")
    // While it starts a worker collects everything that is missing; later the first failure ends it.
    #expect(FailureReport.exitCode(of: error).rawValue == code)
    #expect(FailureReport.exitCode(of: MissingConditions(error)).rawValue == code)
    #expect(FailureReport.exitCode(of: MissingConditions(all: [error])).rawValue == code)
  }
}
