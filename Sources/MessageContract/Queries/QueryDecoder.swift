package import Messaging
import StrictJSON
package import WorkspaceApplication

/// Decodes the bytes of a message into a query, or says why it isn't one. The rules are those for commands.
package struct QueryDecoder: Sendable {
  private let reader: RequestReader
  private let access: AccessList?

  /// - Parameter access: who may send what; nil: all senders may send everything.
  package init(limits: ContractLimits = ContractLimits(), access: AccessList? = nil) {
    // Every answer has a trace; none of those that begin here is sampled.
    reader = RequestReader(limits: limits, traceRatio: 0)
    self.access = access
  }

  /// The query of a message with these properties, if its sender may send it.
  package func decodePermitted(_ body: [UInt8], _ properties: MessageProperties) throws(InvalidCommand) -> DecodedQuery
  {
    let query = try decode(body, properties)
    guard access?.permits(query.type, query.context, properties) ?? true else {
      throw .forbidden(PartialEnvelope(query.type, query.context, subject: nil))
    }
    return query
  }

  /// The query of a message with these properties, without checking its sender.
  package func decode(_ body: [UInt8], _ properties: MessageProperties) throws(InvalidCommand) -> DecodedQuery {
    let request = try reader.read(body, properties)
    let minimum = try minimumSequence(request)
    guard let type = CommandType.query(request.type) else {
      throw request.invalid(.unknownCommandType, "there is no query of that type")
    }
    return DecodedQuery(
      type: CommandType(type), context: request.context, query: try content(of: type, request), minimumSequence: minimum
    )
  }

  private func content(
    of type: any WorkspaceQuery.Type, _ request: RequestReader.Request
  ) throws(InvalidCommand) -> any WorkspaceQuery {
    try request.content(of: type).content
  }

  /// The attribute `minsequence`. A number that exceeds Int64 counts as its maximum, which no tenant reaches.
  private func minimumSequence(_ request: RequestReader.Request) throws(InvalidCommand) -> Int64? {
    switch request.document["minsequence"] ?? .null {
    case .null: return nil
    case .string(let text) where !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }:
      return Int64(text) ?? .max
    default: throw request.invalid(.invalidEnvelope, "the attribute minsequence is not a string of decimal digits")
    }
  }
}
