import FoundationEssentials

extension JSONEncoder {
  /// Writes what commands print: one line, the keys in order and in snake_case, as those of messages are. `tenantID` is
  /// `tenant_id`; plurals of acronyms, such as `messageIDs`, need a coding key of their own. The keys of dictionaries
  /// are data and stay as they are.
  static var output: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return encoder
  }
}
