import TestSupport
package import Testing

/// The outcome of a ``CommandStream`` whose workers were disturbed.
extension CommandStream {
  /// Every command has succeeded; its result came at least once, and each time in the same bytes; the results of each
  /// tenant came in the order of the commands, except for repetitions.
  package func expectResults(_ messages: [Subscription.Message], sourceLocation: SourceLocation = #_sourceLocation) {
    var bodies: [String: [UInt8]] = [:]
    var order: [String: [String]] = [:]
    for message in messages {
      guard let event = message.event, let id = event.commandid, let tenant = event.tenantid else {
        Issue.record("a result without a command: \(message.delivery.text)", sourceLocation: sourceLocation)
        continue
      }
      #expect(event.type.hasSuffix(".succeeded"), "\(message.delivery.text)", sourceLocation: sourceLocation)
      if let known = bodies[id] {
        #expect(known == message.body, "command \(id) has two results", sourceLocation: sourceLocation)
      } else {
        bodies[id] = message.body
        order[tenant, default: []].append(id)
      }
    }
    for tenant in tenants {
      #expect(order[tenant] == ids(of: tenant), "order of results of tenant \(tenant)", sourceLocation: sourceLocation)
    }
  }

  /// Every command has one event, numbered in its order.
  package func expectEvents(
    _ messages: [Subscription.Message], repeated: Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let events = Expectations.gapFree(messages, repeated: repeated, sourceLocation: sourceLocation)
    for tenant in tenants {
      let causes = events.filter { $0.event?.tenantid == tenant }.compactMap { $0.event?.commandid }
      #expect(causes == ids(of: tenant), "events of tenant \(tenant)", sourceLocation: sourceLocation)
    }
  }

  /// Every command had its effect once.
  package func expectRecords(in deployment: Deployment, sourceLocation: SourceLocation = #_sourceLocation) async throws
  {
    let records = try await deployment.records()
    #expect(records.workspaces.rows == Int64(commands.count), sourceLocation: sourceLocation)
    #expect(records.inbox.rows == Int64(commands.count), sourceLocation: sourceLocation)
    for tenant in tenants {
      #expect(records.sequences[tenant] == Int64(ids(of: tenant).count), sourceLocation: sourceLocation)
    }
  }
}

extension [Subscription.Message] {
  /// The number of commands that have a result here.
  package var answeredCount: Int { Set(compactMap { $0.event?.commandid }).count }

  /// The first result of each command: a worker whose session was interrupted may publish results again.
  package var firstAnswers: [Subscription.Message] {
    var seen: Set<String> = []
    return filter { seen.insert($0.event?.commandid ?? "").inserted }
  }
}
