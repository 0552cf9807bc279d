import Messaging
import RabbitMQClient

/// Measures queries: from a full queue and one at a time, compared with the same questions as commands; their effect on
/// commands; pages and paths to the root in a large table; memory.
struct QueryMeasurement {
  struct Unexpected: Error, CustomStringConvertible {
    let description: String
  }

  /// A kind of question, about the roots that ``Laboratory`` has stored, or about one of a million workspaces.
  struct Question: Sendable {
    let type: String
    /// Makes the JSON of `data` for the tenant with this index.
    let data: @Sendable (Int) -> String

    static let get = Question(type: "workspace.get") { #"{"workspace_id":"\#(CommandFactory.roots[$0])"}"# }
    static let check = Question(type: "access.check") {
      #"{"permission":"view","object":{"type":"workspace","id":"\#(CommandFactory.roots[$0])"}}"#
    }
  }

  let laboratory: Laboratory
  let count: Int
  let pairs: Int
  let turns: Int
  let backlog: Int
  let stored: Int
  /// Of the open loop: commands per second, for `seconds`.
  let rate: Int
  let seconds: Int

  func run() async throws -> [Figure] {
    try await laboratory.reset()
    var figures = try await saturated()
    figures.append(try await memory())
    figures += try await oneAtATime()
    figures.append(try await besideCommands())
    return figures + (try await pages())
  }

  private func saturated() async throws -> [Figure] {
    var (queries, commands, checks): ([Double], [Double], [Double]) = ([], [], [])
    for pair in 1...pairs {
      queries.append(try await perSecond(.get, run: pair * 3))
      commands.append(try await perSecondByCommands(.get, run: pair * 3 + 1))
      checks.append(try await perSecond(.check, run: pair * 3 + 2))
      note(
        "queries \(pair): \(queries[pair - 1].rounded()), by commands \(commands[pair - 1].rounded()), checks \(checks[pair - 1].rounded()) per second"
      )
    }
    return [
      Figure(
        "workspace.get by queries, to the same by commands", key: "queries_get", unit: "queries/s", runs: queries,
        yardstick: commands),
      Figure("access.check by queries", key: "queries_check", unit: "queries/s", runs: checks),
    ]
  }

  /// Answers per second to questions that are in the queue when the worker starts.
  private func perSecond(_ question: Question, run: Int) async throws -> Double {
    let replies = try await ResultSubscription.open(laboratory.servers)
    try await ask(question, count, at: "workspace.queries", run: run, replyTo: replies.queue)
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    let seconds = try await withTaskExecutorPreference(replies.taskExecutor) {
      try await receive(count, of: question, from: replies)
    }
    await replies.close()
    return Double(count - 1) / seconds
  }

  /// The same with commands, whose results go only to the results exchange.
  private func perSecondByCommands(_ question: Question, run: Int) async throws -> Double {
    try await laboratory.purge()
    try await ask(question, count, at: "workspace.commands", run: run, replyTo: nil)
    let listener = try ResultListener(laboratory, count: count)
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    try listener.waitForFirst()
    return Double(count - 1) / (try listener.waitForLast())
  }

  /// - Returns: seconds from the first answer to the last.
  private func receive(_ count: Int, of question: Question, from replies: ResultSubscription) async throws -> Double {
    var received = try await replies.next().count
    let first = ContinuousClock.now
    while received < count {
      let answers = try await replies.next()
      received += answers.count
      if let other = answers.first(where: { $0.properties.type?.text != "\(question.type).succeeded" }) {
        throw Unexpected(description: String(decoding: other.body.prefix(500), as: UTF8.self))
      }
    }
    return (ContinuousClock.now - first) / .seconds(1)
  }

  private func memory() async throws -> Figure {
    let replies = try await ResultSubscription.open(laboratory.servers)
    try await ask(.get, backlog, at: "workspace.queries", run: 4_000, replyTo: replies.queue)
    let worker = try laboratory.worker.start(["serve"], ["QUERIES_POOL_SIZE": "8"])
    defer { worker.stop() }
    _ = try await receive(backlog, of: .get, from: replies)
    let peak = try worker.peakMebibytes
    await replies.close()
    return Figure(
      "peak memory, 8 connections, \(backlog) queries waiting", key: "queries_peak_rss", unit: "MiB", runs: [peak])
  }

  private func oneAtATime() async throws -> [Figure] {
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    let replies = try await ResultSubscription.open(laboratory.servers)
    var medians: [ShortString: [Double]] = [:]
    for pair in 1...pairs {
      for exchange: ShortString in ["workspace.queries", "workspace.commands"] {
        let milliseconds = try await times(turns, .get, at: exchange, run: 5_000 + pair, replies)
        medians[exchange, default: []].append(Figure.median(milliseconds))
      }
    }
    await replies.close()
    return [
      Figure(
        "a query one at a time, p50, to the same by commands", key: "queries_p50", unit: "ms",
        runs: medians["workspace.queries"] ?? [],
        yardstick: medians["workspace.commands"] ?? [])
    ]
  }

  /// Latencies of commands at a fixed rate, alternately without and with a flood of queries beside them.
  private func besideCommands() async throws -> Figure {
    let worker = try laboratory.worker.start(["serve"], ["QUERIES_TIMEOUT": "60s"])
    defer { worker.stop() }
    let connection = try await Laboratory.connect(laboratory.servers)
    let publisher = try await RabbitMQPublisher.start(on: connection)
    let replies = try await ResultSubscription.open(laboratory.servers)
    let loop = OpenLoop(rate: rate, seconds: seconds)
    // The first commands prepare statements.
    _ = try await OpenLoop(rate: rate, seconds: 2).run(run: 7_000, publisher, replies)
    var (busy, free): ([Double], [Double]) = ([], [])
    for pair in 1...pairs {
      free.append(try await loop.run(run: 7_000 + pair * 2, publisher, replies).milliseconds(99))
      let flood = QueryFlood(laboratory: laboratory) {
        message(.get, $0, at: "workspace.queries", run: 8_000 + pair, replyTo: $1)
      }
      let (latencies, answered) = try await flood.beside {
        try await loop.run(run: 7_001 + pair * 2, publisher, replies)
      }
      busy.append(latencies.milliseconds(99))
      note(
        "beside queries \(pair): p99 \(busy[pair - 1].readable) ms and \(answered / seconds) queries/s, without \(free[pair - 1].readable) ms"
      )
    }
    await replies.close()
    await connection.close()
    return Figure(
      "commands at \(rate)/s, p99, beside as many queries as are answered, to without", key: "queries_beside_p99",
      unit: "ms", runs: busy, yardstick: free)
  }

  private func pages() async throws -> [Figure] {
    try await laboratory.reset(.deep, workspaces: stored, tenants: 1)
    let worker = try laboratory.worker.start(["serve"])
    defer { worker.stop() }
    let replies = try await ResultSubscription.open(laboratory.servers)
    let middle = CommandFactory.identifier(prefix: "0W", stored / 2)
    let questions = [
      Question(type: "workspace.list") { _ in #"{"limit":100,"after":"\#(middle)"}"# },
      Question(type: "workspace.children") { _ in
        #"{"limit":100,"after":"\#(middle)","workspace_id":"\#(CommandFactory.roots[0])"}"#
      },
      // The lowest workspace of a chain of 30 below the root.
      Question(type: "workspace.ancestors") { #"{"workspace_id":"\#(Grounds.deep.parents[$0])"}"# },
      Question(type: "workspace.find") { _ in #"{"name":"stored \#(stored / 2)"}"# },
    ]
    var figures: [Figure] = []
    for (number, question) in questions.enumerated() {
      let milliseconds = try await times(
        max(10, turns / 50), question, at: "workspace.queries", run: 6_000 + number, tenants: 1, replies)
      figures.append(
        Figure(
          "\(question.type), \(stored) workspaces", key: "queries_\(question.type.split(separator: ".")[1])",
          unit: "ms", runs: milliseconds))
    }
    await replies.close()
    return figures
  }

  /// The times of questions asked one at a time, each after the answer to the previous one. The first 20 turns prepare
  /// statements and don't count.
  private func times(
    _ turns: Int, _ question: Question, at exchange: ShortString, run: Int, tenants: Int = 8,
    _ replies: ResultSubscription
  ) async throws -> [Double] {
    var milliseconds: [Double] = []
    for turn in 0..<turns + 20 {
      let message = message(question, turn, at: exchange, run: run, tenants: tenants, replyTo: replies.queue)
      let start = ContinuousClock.now
      async let confirmed: Void = laboratory.publish([message])
      let answer = try await replies.next().first
      if turn >= 20 { milliseconds.append((ContinuousClock.now - start) / .milliseconds(1)) }
      try await confirmed
      guard answer?.properties.type?.text == "\(question.type).succeeded" else {
        throw Unexpected(description: String(decoding: answer?.body.prefix(500) ?? [], as: UTF8.self))
      }
    }
    return milliseconds
  }

  private func ask(_ question: Question, _ count: Int, at exchange: ShortString, run: Int, replyTo: ShortString?)
    async throws
  {
    for start in stride(from: 0, to: count, by: 512) {
      try await laboratory.publish(
        (start..<min(count, start + 512)).map { message(question, $0, at: exchange, run: run, replyTo: replyTo) })
    }
  }

  private func message(
    _ question: Question, _ number: Int, at exchange: ShortString, run: Int, tenants: Int = 8, replyTo: ShortString?
  ) -> AMQPMessage {
    let tenant = number % tenants
    let body = """
      {"specversion":"1.0","id":"query-\(run)-\(number)","source":"/benchmark","type":"\(question.type)",\
      "tenantid":"\(CommandFactory.tenants[tenant])","userid":"benchmark","data":\(question.data(tenant))}
      """
    var properties = MessageProperties()
    properties.contentType = "application/cloudevents+json"
    properties.deliveryMode = exchange == "workspace.queries" ? 1 : 2
    properties.replyTo = replyTo
    return AMQPMessage(
      exchange: exchange, routingKey: ShortString(question.type) ?? "", properties: properties, body: Array(body.utf8))
  }
}
