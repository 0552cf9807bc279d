import DeliveryPipeline

/// The bare C program, on the same servers.
struct Yardstick {
  struct Unreadable: Error, CustomStringConvertible {
    let output: String
    var description: String { "the yardstick's output can't be read: \(output)" }
  }

  private let laboratory: Laboratory

  init(_ laboratory: Laboratory) { self.laboratory = laboratory }

  static let queue: ShortString = "yardstick.in"

  /// Begins to answer `count` commands that come to ``queue``, one transaction each.
  func startAnswering(_ count: Int) throws -> RunningProcess {
    let (amqp, postgres) = (laboratory.servers.amqp, laboratory.servers.postgres)
    _ = try laboratory.yardstick.run(["fill", amqp, "yardstick.in", "0"])
    return try laboratory.yardstick.start(["full", amqp, "yardstick.in", "\(count)", "1", postgres])
  }

  /// Messages per second, in transactions of `batch`, each with two messages published and confirmed.
  func perSecond(_ count: Int, batch: Int) throws -> Double {
    let (amqp, postgres) = (laboratory.servers.amqp, laboratory.servers.postgres)
    _ = try laboratory.yardstick.run(["fill", amqp, "yardstick.in", "\(count)"])
    let output = try laboratory.yardstick.run(["full", amqp, "yardstick.in", "\(count)", "\(batch)", postgres])
    guard let field = output.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("per_second=") }),
      let value = Double(field.dropFirst("per_second=".count))
    else { throw Unreadable(output: output) }
    return value
  }
}
