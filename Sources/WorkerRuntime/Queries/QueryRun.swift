import CrashWitness
import Failpoints
import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// Answers queries in memory, from a snapshot, by the rules of the commands with the same names.
struct QueryRun {
  /// What a snapshot yields for a query.
  enum Answer {
    /// The answer, as of this sequence of the query's tenant.
    case result(Result<CommandReply, Rejection>, sequence: Int64)
    /// The snapshot is older than what the query asks for.
    case behind(sequence: Int64)
    /// A defect of the worker.
    case failed(WorkspaceServiceError)
  }

  private let snapshot: Snapshot
  private let work: WorkingSet
  private let environment: ExecutionEnvironment
  private let probe: any WorkspaceServiceProbe

  /// - Parameter probe: receives what the rules observe.
  init(_ readSet: ReadSet, _ snapshot: Snapshot, _ environment: ExecutionEnvironment, probe: any WorkspaceServiceProbe)
  {
    self.snapshot = snapshot
    self.environment = environment
    self.probe = probe
    work = WorkingSet(readSet: readSet, snapshot: snapshot, rules: environment.rules.access)
  }

  func answer(_ query: ReceivedQuery, at now: Timestamp) -> Answer {
    let sequence = snapshot.tenants[query.tenantID] ?? 0
    do throws(WorkspaceServiceError) {
      // A query that must name a user, and doesn't, is rejected at once, however old the snapshot is.
      let scope = try CommandScope(
        context: query.content.context, repositories: work.repositories, probe: probe,
        identifiers: environment.identifiers, now: now, rules: environment.rules)
      guard query.content.minimumSequence ?? 0 <= sequence else { return .behind(sequence: sequence) }
      let reply = try InHand.with(query.delivery.body, .running) { () throws(WorkspaceServiceError) in
        DeadlyCommand.strike(query.content.context.key.id)
        return try query.content.query.run(in: scope)
      }
      return .result(.success(reply), sequence: sequence)
    } catch {
      guard let rejection = error.rejection else { return .failed(error) }
      return .result(.failure(rejection), sequence: sequence)
    }
  }
}

extension ReadSet {
  /// Everything that queries could need to know, and the sequences of tenants.
  init(_ queries: [ReceivedQuery], sequencesOf tenants: Set<TenantID>, rules: WorkspaceRules) {
    self.init(
      queries.map { (context: $0.content.context, command: $0.content.query as any WorkspaceCommand) }, rules: rules)
    self.tenants.formUnion(tenants)
    locksTenants = false
  }
}
