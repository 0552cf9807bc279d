import GRPCCore
import SwiftProtobuf

/// A protobuf message to send, as a list of its fields: https://protobuf.dev/programming-guides/encoding/
struct ProtobufFields: Message, Equatable, ExpressibleByArrayLiteral {
  struct Field: Sendable, Equatable {
    enum Value: Sendable, Equatable {
      case text(String)
      /// Also for enums.
      case number(UInt32)
      case flag(Bool)
      case message(ProtobufFields)
      case structure(Google_Protobuf_Struct)
    }

    let number: Int
    let value: Value
  }

  static let protoMessageName = "ProtobufFields"

  private(set) var fields: [Field] = []
  var unknownFields = UnknownStorage()

  init() {}
  init(arrayLiteral fields: Field?...) { self.fields = fields.compactMap { $0 } }
  init(_ fields: [Field]) { self.fields = fields }

  /// Decodes no field: SwiftProtobuf keeps all of them, still encoded, in ``unknownFields``.
  mutating func decodeMessage<D: Decoder>(decoder: inout D) throws {
    while try decoder.nextFieldNumber() != nil {}
  }

  func traverse<V: Visitor>(visitor: inout V) throws {
    for field in fields {
      switch field.value {
      case .text(let text): try visitor.visitSingularStringField(value: text, fieldNumber: field.number)
      case .number(let number): try visitor.visitSingularUInt32Field(value: number, fieldNumber: field.number)
      case .flag(let flag): try visitor.visitSingularBoolField(value: flag, fieldNumber: field.number)
      case .message(let message): try visitor.visitSingularMessageField(value: message, fieldNumber: field.number)
      case .structure(let structure): try visitor.visitSingularMessageField(value: structure, fieldNumber: field.number)
      }
    }
    try unknownFields.traverse(visitor: &visitor)
  }

  func isEqualTo(message: any Message) -> Bool { message as? ProtobufFields == self }
}

extension ProtobufFields.Field {
  static func text(_ number: Int, _ text: String) -> Self { Self(number: number, value: .text(text)) }
  static func text(_ number: Int, _ text: String?) -> Self? { text.map { Self(number: number, value: .text($0)) } }
  static func number(_ number: Int, _ value: Int) -> Self { Self(number: number, value: .number(UInt32(value))) }
  static func flag(_ number: Int, _ flag: Bool) -> Self { Self(number: number, value: .flag(flag)) }
  static func message(_ number: Int, _ message: ProtobufFields) -> Self {
    Self(number: number, value: .message(message))
  }

  static func message(_ number: Int, _ message: ProtobufFields?) -> Self? {
    message.map { Self(number: number, value: .message($0)) }
  }

  static func messages(_ number: Int, _ messages: some Sequence<ProtobufFields>) -> [Self] {
    messages.map { Self(number: number, value: .message($0)) }
  }
}

/// A message that is only received, never sent.
protocol AnswerMessage: Message, Equatable {
  mutating func read<D: Decoder>(field number: Int, from decoder: inout D) throws
}

extension AnswerMessage {
  static var protoMessageName: String { String(describing: Self.self) }

  mutating func decodeMessage<D: Decoder>(decoder: inout D) throws {
    while let number = try decoder.nextFieldNumber() { try read(field: number, from: &decoder) }
  }

  func traverse<V: Visitor>(visitor: inout V) throws { try unknownFields.traverse(visitor: &visitor) }

  func isEqualTo(message: any Message) -> Bool { message as? Self == self }
}

/// Passes on a message that has already been encoded.
struct EncodedRequestSerializer: MessageSerializer {
  /// Called just before the message is sent, for which there must be a connection.
  let willSend: @Sendable () -> Void

  func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) -> Bytes {
    willSend()
    return Bytes(message)
  }
}

struct AnswerDeserializer<Answer: AnswerMessage>: MessageDeserializer {
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Answer {
    do {
      return try bytes.withUnsafeBytes { try Answer(serializedBytes: Array($0)) }
    } catch {
      throw MalformedAnswer()
    }
  }
}

struct MalformedAnswer: Error {}
