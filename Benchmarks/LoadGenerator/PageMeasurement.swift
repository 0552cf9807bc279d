import Messaging

/// The time to list a page of 100 workspaces in a tenant with a million, for a user who sees ten of them, one who sees
/// a thousand and one who sees all; at the beginning, in the middle and near the end.
struct PageMeasurement {
  struct Unexpected: Error, CustomStringConvertible {
    let list: String
    let answer: String
    var description: String { "\(list): \(answer)" }
  }

  let laboratory: Laboratory
  let stored: Int
  let turns: Int

  func run() async throws -> [Figure] {
    try await laboratory.reset(workspaces: stored, tenants: 1, viewing: ["ten": 10, "thousand": 1_000])
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    let replies = try await ResultSubscription.open(laboratory.servers)
    var figures: [Figure] = []
    for (user, seen) in [("ten", 10), ("thousand", 1_000), ("everybody", stored)] {
      for (place, after) in [
        ("start", 0), ("middle", stored / 2), ("end", stored - stored / seen * min(seen, 100) - 1),
      ] {
        let milliseconds = try await time(user, after: after, replies)
        figures.append(
          Figure("page of 100, sees \(seen), \(place)", key: "page_\(user)_\(place)", unit: "ms", runs: milliseconds))
      }
    }
    await replies.close()
    return figures
  }

  private func time(_ user: String, after: Int, _ replies: ResultSubscription) async throws -> [Double] {
    var milliseconds: [Double] = []
    for turn in 0...turns {
      let start = ContinuousClock.now
      try await laboratory.publish([list(user, after: after, turn: turn, replyTo: replies.queue)])
      let answers = try await replies.next()
      // The first turn prepares statements.
      if turn > 0 { milliseconds.append((.now - start) / .milliseconds(1)) }
      let answer = String(decoding: answers.first?.body ?? [], as: UTF8.self)
      guard answer.contains("workspace.list.succeeded"), answer.contains(#""name":"stored"#) else {
        throw Unexpected(list: "\(user), after \(after)", answer: String(answer.prefix(500)))
      }
    }
    return milliseconds
  }

  private func list(_ user: String, after: Int, turn: Int, replyTo: ShortString) -> AMQPMessage {
    let start = after > 0 ? #","after":"\#(CommandFactory.identifier(prefix: "0W", after))""# : ""
    let body = """
      {"specversion":"1.0","id":"page-\(user)-\(after)-\(turn)","source":"/benchmark","type":"workspace.list",\
      "tenantid":"\(CommandFactory.tenants[0])","userid":"\(user)","data":{"limit":100\(start)}}
      """
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents+json"
    properties.deliveryMode = 2
    properties.replyTo = replyTo
    return AMQPMessage(
      exchange: "workspace.commands", routingKey: "workspace.list", properties: properties, body: Array(body.utf8))
  }
}
