import Observability
import Operations

/// Shows the progress of sending, and prints results if requested.
struct SendingProgress: SendingObserver {
  private let printsResults: Bool
  /// The progress of sending; nil for a single command, and once results arrive.
  private var sending: ProgressBar?
  /// The progress of receiving results; nil until the first one, and for a single command.
  private var receiving: ProgressBar?
  private var sentCount = 0

  /// - Parameter total: the number of commands, if known.
  init(total: Int?, printsResults: Bool) {
    self.printsResults = printsResults
    sending = total == 1 ? nil : ProgressBar(label: "sent", total: total)
  }

  mutating func sent(_ count: Int) {
    sentCount = count
    sending?.show(count)
  }

  mutating func received(_ body: [UInt8], sequence: Int64?, _ count: Int) throws {
    if printsResults { try StandardOutput.print(MessageLine(body).text) }
    guard sentCount > 1 else {
      if let sequence { StandardError.write("workspace-worker: the sequence of its last event is \(sequence)\n") }
      return
    }
    if receiving == nil {
      sending?.finish()
      sending = nil
      receiving = ProgressBar(label: "results", total: sentCount)
    }
    receiving?.show(count)
  }

  /// Must be called at the end.
  func finish() {
    sending?.finish()
    receiving?.finish()
  }
}
