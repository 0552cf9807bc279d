import FoundationEssentials

extension JSONEncoder {
  /// Encodes the output of commands: one line, the keys sorted and in snake_case, like those of messages. `tenantID` is
  /// `tenant_id`; plurals of acronyms, such as `messageIDs`, need a coding key of their own. The keys of dictionaries
  /// are data and stay as they are.
  static var output: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return encoder
  }
}
