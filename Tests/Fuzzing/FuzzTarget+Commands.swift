import MessageContract
import Messaging
import StrictJSON
import WorkspaceApplication
import WorkspaceDomain

extension FuzzTarget {
  private static let decoder = CommandDecoder(
    traceRatio: 0.5, access: AccessList([AccessList.Rule(user: "*", types: ["workspace.*"], tenants: ["*"])]))

  static func commands(_ bytes: [UInt8]) throws(BrokenPromise) {
    let parts = bytes.split(separator: 0xFF, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
    let contentType = parts.count > 1 ? ShortString(bytes: parts[1]) : nil
    let headers = parts.count > 2 ? HeaderTable(entries: parts[2]) : nil
    func decode(_ body: [UInt8]) throws(InvalidCommand) -> DecodedCommand {
      try decoder.decode(body, contentType: contentType, headers: headers)
    }
    switch Result(catching: { () throws(InvalidCommand) in try decode(parts[0]) }) {
    case .success(let command):
      try expectEqual(command, when: parts[0], decode)
      try expectSendable(.forbidden(PartialEnvelope(command)))
    case .failure(let failure):
      try expectSendable(failure)
    }
  }

  /// White space and the order of members make no difference to the decoded command.
  private static func expectEqual(
    _ command: DecodedCommand, when body: [UInt8], _ decode: ([UInt8]) throws(InvalidCommand) -> DecodedCommand
  ) throws(BrokenPromise) {
    try promise("a fingerprint has 32 bytes", command.fingerprint.recorded.digest.count == 32)
    if let list = command.command as? ListWorkspaces {
      try promise("a page has a limit", (1...500).contains(list.limit))
    }
    try promise("a trailing space does not change the command", (try? decode(body + [0x20])) == command)
    guard let value = try? JSONReader.read(body) else { throw BrokenPromise(description: "a command is JSON") }
    guard !hasLoneSurrogate(value) else { return }
    try promise("another spelling does not change the command", (try? decode(written(value))) == command)
  }

  /// Checks the limits of what a failure hands on: it is stored, logged and published.
  private static func expectSendable(_ failure: InvalidCommand) throws(BrokenPromise) {
    let envelope = failure.envelope
    try expectText("id", envelope.id, 128)
    try expectText("source", envelope.source, 256)
    try expectText("type", envelope.type, 255)
    try expectText("userid", envelope.userID, 255)
    try expectText("traceparent", envelope.trace?.traceparent, 512)
    try expectText("tracestate", envelope.trace?.tracestate, 512)
    let time = Timestamp(milliseconds: 1_795_420_800_000)
    let id = ULID(milliseconds: 1_795_420_800_000, randomness: .init(high: 1, low: 2))
    let result = ResultEncoder.encode(failure.failure, of: envelope, id: id, at: time)
    try promise("a failure's result has at most 32 KiB", result.body.count <= 32_768)
    guard case .object(let document)? = try? JSONReader.read(result.body) else {
      throw BrokenPromise(description: "a result is a JSON object")
    }
    try promise("a result names its command", document["commandid"] == envelope.id.map { .string($0) })
    try promise("a routing key fits", result.type.utf8.count <= ShortString.maximumBytes)
  }

  private static func expectText(_ name: String, _ text: String?, _ limit: Int) throws(BrokenPromise) {
    guard let text else { return }
    let scalars = text.unicodeScalars
    try promise("\(name) has 1 to \(limit) characters", (1...limit).contains(scalars.count))
    try promise("\(name) has no control character", scalars.allSatisfy { $0.properties.generalCategory != .control })
  }
}
