import ArgumentParser
import Observability
import Operations
import PostgresClient
import PostgresStore
import RabbitMQClient
import Settings
import SpiceDBClient
import UnitOfWork
import WorkerRuntime

/// Turns an error into a line on standard error and an exit code.
enum FailureReport {
  /// Runs a command; an error that it throws becomes its exit code.
  static func reporting(_ body: () async throws -> Void) async throws {
    do {
      try await body()
      try StandardOutput.finish()
    } catch let code as ExitCode {
      throw code
    } catch is CleanExit {
      throw ExitCode.success
    } catch is CancellationError {
      StandardError.write("workspace-worker: cut short by its deadline; work in progress is redelivered\n")
      throw ExitCode.failure
    } catch {
      // The description may contain names and texts from outside.
      StandardError.write("workspace-worker: \("\(error)".escapingControls(keepingLines: true))\n")
      throw exitCode(of: error)
    }
  }

  static func exitCode(of error: any Error) -> ExitCode {
    switch error {
    // Invalid input that could be detected only while it was used.
    case is ValidationError, is LineInput.Unreadable, is InvalidLine, is NoCommands: .validationFailure
    case is NegativeAnswer, MigrationError.refused: .no
    case is ConfigurationProblems, is BrokerURLError, is SpiceDBMissing, is DescriptorLimit.TooLow: .configuration
    case let error as UnconfirmedCommands: exitCode(of: error.cause)
    case let error as PostgresError: exitCode(of: error)
    case MigrationError.postgres(let error): exitCode(of: error)
    case let error as RabbitMQError: exitCode(of: error)
    case let error as SpiceDBError: exitCode(of: error)
    case UnitOfWorkError.unavailable: .unavailable
    case let error as ReplicaError where error.kind == .unavailable: .unavailable
    case let missing as MissingConditions: missing.errors.first.map(exitCode) ?? .failure
    default: .failure
    }
  }

  private static func exitCode(of error: PostgresError) -> ExitCode {
    if case .configuration = error { return .configuration }
    return error.isConnectionLoss ? .unavailable : .failure
  }

  private static func exitCode(of error: SpiceDBError) -> ExitCode {
    switch error.kind {
    case .unreadableToken: .configuration
    case .unavailable, .busy, .deadlineExceeded, .unauthenticated: .unavailable
    default: .failure
    }
  }

  private static func exitCode(of error: RabbitMQError) -> ExitCode {
    switch error {
    case .unreadableSecret: .configuration
    case .unreachable, .exhausted, .tlsRefused, .loginRefused, .protocolViolation, .timedOut, .connectionClosed,
      .connectionLost:
      .unavailable
    default: .failure
    }
  }
}
