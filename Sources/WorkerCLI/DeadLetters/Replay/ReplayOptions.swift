import ArgumentParser

/// How a plan is worked.
struct ReplayOptions: ParsableArguments {
  @Option(help: "Send so many first, and go on only when the worker has carried them out.")
  var canary: Int?
  @Option(help: "The largest number of letters per second. Default: as fast as the broker takes them.")
  var rate: Int?
  @Option(help: "Stop when more than this part of the known outcomes are dead letters again, once ten are known.")
  var maxFailureRatio = 0.1
  @Option(help: "How many seconds to wait for outcomes, of the canary and in the end.")
  var timeout = 60
  @Flag(help: "End when all letters are sent, without waiting for what becomes of them.")
  var noWait = false

  func validate() throws {
    if let canary, canary < 1 { throw ValidationError("--canary takes a number of at least 1.") }
    if let rate, rate < 1 { throw ValidationError("--rate takes a number of at least 1.") }
    guard (0...1).contains(maxFailureRatio) else { throw ValidationError("--max-failure-ratio takes a number from 0 to 1.") }
    guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes a number from 1 to 86400.") }
  }
}
