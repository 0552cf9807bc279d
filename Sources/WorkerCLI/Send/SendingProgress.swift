import Observability
import Operations

/// Shows the progress of sending, and prints results if requested.
struct SendingProgress: SendingObserver {
  private let printsResults: Bool
  /// Nil for a single command, like the next property.
  private var sending: ProgressBar?
  private var receiving: ProgressBar?
  private var sentCount = 0

  /// - Parameter total: how many commands there are, if known.
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

  /// To be called at the end.
  func finish() {
    sending?.finish()
    receiving?.finish()
  }
}
