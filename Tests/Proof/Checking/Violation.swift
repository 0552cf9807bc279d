/// A promise that was not kept. Commands and tenants are named by their ids.
package enum Violation: Error, Sendable, Equatable {
  case lostResult(command: String)
  case refused(command: String, type: String)
  /// A command was rejected, or not, in contradiction to the commands before it.
  case wrongDecision(command: String, found: String, expected: String)
  /// A command that rightly succeeded has a wrong answer.
  case wrongAnswer(command: String)
  case changedResult(command: String)
  case unknownResult(command: String)
  /// The first result out of order; an empty id: there is none.
  case disorderedResults(tenant: String, command: String, expected: String)

  /// One id of a batch has two contents.
  case changedBatch(id: String)

  case lostReply(command: String)
  case changedReply(command: String)

  case lostEvents(tenant: String, last: Int, expected: Int)
  /// The event after `last` was a different one.
  case gap(tenant: String, last: Int, next: Int)
  case changedEvent(tenant: String, sequence: Int)
  /// An event belongs to a different command than expected.
  case wrongEvent(tenant: String, sequence: Int)
  /// It belongs to the right command, but reports a different change.
  case wrongChange(tenant: String, sequence: Int, command: String)

  /// These three are about a workspace, a group or a role, such as "the role of user ben on workspace 01…".
  case lostEffect(on: String)
  case unknownEffect(on: String)
  case wrongEffect(on: String)
  case wrongSequence(tenant: String)
  /// SpiceDB has others than the database says.
  case wrongRelationships(String)
  /// An answer to a query shows less than it had to.
  case staleReading(tenant: String, minimum: Int, found: Int)
  /// An answer to a query is not what there was at its sequence.
  case wrongReading(tenant: String, sequence: Int)
  /// A query for what there is was not answered with it.
  case refusedReading(tenant: String, minimum: Int, type: String)
  /// Queries about a tenant are not answered any more.
  case lostReading(tenant: String)
  /// Results were published while no commit could be replicated.
  case publishedUnreplicated(count: Int)
  case lostAnswer(command: String)
  case unknownAnswer(command: String)
  /// What was published is not what the inbox keeps.
  case changedAnswer(command: String)

  case leftInOutbox(count: Int)
  /// The command is parked or a dead letter, although it is not at fault.
  case failed(command: String, how: String)
  case leftInQueue(String, count: Int)

  /// A table has a different number of rows.
  case wrongCount(String, found: Int, expected: Int)
  /// A process uses more and more memory or descriptors.
  case growth(pid: Int)

  /// The run itself failed, so nothing is proved.
  case incomplete(String)
}

extension Violation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .lostResult(let command): "command \(command) has no result"
    case .refused(let command, let type): "command \(command) was answered \(type)"
    case .wrongDecision(let command, let found, let expected):
      "command \(command) was answered \(found) instead of \(expected)"
    case .wrongAnswer(let command): "the answer to command \(command) differs from the state"
    case .changedResult(let command): "command \(command) has two different results"
    case .unknownResult(let command): "a result of command \(command), which was never sent"
    case .disorderedResults(let tenant, let command, let expected):
      "the results of tenant \(tenant) are not in the order of its commands: that of \(command) came when it was \(expected)'s turn"
    case .changedBatch(let id): "the batch \(id) came again with different bytes"
    case .lostReply(let command): "command \(command) has no reply"
    case .changedReply(let command): "the reply to command \(command) is not its result"
    case .lostEvents(let tenant, let last, let expected): "tenant \(tenant) has \(last) events instead of \(expected)"
    case .gap(let tenant, let last, let next): "tenant \(tenant): event \(next) follows event \(last)"
    case .changedEvent(let tenant, let sequence): "tenant \(tenant) has two different events \(sequence)"
    case .wrongEvent(let tenant, let sequence):
      "tenant \(tenant): event \(sequence) is not of the command expected next"
    case .wrongChange(let tenant, let sequence, let command):
      "tenant \(tenant): event \(sequence) is not the change of command \(command)"
    case .lostEffect(let row): "\(row) is missing"
    case .unknownEffect(let row): "\(row) should not be there"
    case .wrongEffect(let row): "\(row) is not in the state that the commands produce"
    case .wrongSequence(let tenant): "the event sequence of tenant \(tenant) differs from its number of events"
    case .wrongRelationships(let found): "the relationships in SpiceDB are not those of the database: \(found)"
    case .staleReading(let tenant, let minimum, let found):
      "a query about tenant \(tenant) for its sequence \(minimum) was answered with \(found)"
    case .wrongReading(let tenant, let sequence):
      "the answer to a query about tenant \(tenant) differs from the state at its sequence \(sequence)"
    case .refusedReading(let tenant, let minimum, let type):
      "a query about tenant \(tenant) for its sequence \(minimum) was answered \(type)"
    case .lostReading(let tenant): "a query about tenant \(tenant) was never answered"
    case .publishedUnreplicated(let count): "\(count) results were published before any standby had them"
    case .lostAnswer(let command): "the inbox does not have command \(command)"
    case .unknownAnswer(let command): "the inbox has command \(command), which was never sent"
    case .changedAnswer(let command): "the inbox's result of command \(command) differs from the published one"
    case .failed(let command, let how): "command \(command) is \(how)"
    case .leftInOutbox(let count): "\(count) messages are left in the outbox"
    case .leftInQueue(let queue, let count): "\(count) messages are left in \(queue)"
    case .wrongCount(let what, let found, let expected): "there are \(found) \(what) instead of \(expected)"
    case .growth(let pid): "the memory or descriptors of process \(pid) keep growing"
    case .incomplete(let reason): "not proved: \(reason)"
    }
  }
}

extension Violation {
  /// The promise concerned.
  package var kind: String {
    Mirror(reflecting: self).children.first?.label ?? ""
  }
}

extension Violation {
  /// The commands concerned.
  var commands: [String] {
    switch self {
    case .lostResult(let id), .refused(let id, _), .changedResult(let id), .unknownResult(let id), .lostReply(let id),
      .changedReply(let id), .lostAnswer(let id), .unknownAnswer(let id), .changedAnswer(let id), .failed(let id, _):
      [id]
    case .wrongDecision(let id, _, _), .wrongAnswer(let id), .wrongChange(_, _, let id): [id]
    case .disorderedResults(_, let command, let expected): [command, expected]
    default: []
    }
  }
}

extension [Violation] {
  /// How many there are of each kind, with an example.
  package var summary: [String] {
    var examples: [(kind: String, first: Violation, count: Int)] = []
    for violation in self {
      if let index = examples.firstIndex(where: { $0.kind == violation.kind }) {
        examples[index].count += 1
      } else {
        examples.append((violation.kind, violation, 1))
      }
    }
    return examples.map { $0.count == 1 ? "\($0.first)" : "\($0.kind) x \($0.count), such as: \($0.first)" }
  }
}
