/// Commands were handed to the broker, which did not confirm them: they may be in the queue, or get there later.
package struct UnconfirmedCommands: Error {
  /// What went wrong with the broker.
  package let cause: any Error
  /// How many commands were confirmed before.
  let confirmed: Int
  let ids: [String]
}

extension UnconfirmedCommands: CustomStringConvertible {
  package var description: String {
    guard ids.count == 1, confirmed == 0 else {
      return
        "\(cause). Confirmed are the first \(confirmed); more may have been sent all the same, so repeat them with the "
        + "same ids only"
    }
    return "\(cause). It may have been sent all the same, so repeat it with the same id only: \(ids[0])"
  }
}
