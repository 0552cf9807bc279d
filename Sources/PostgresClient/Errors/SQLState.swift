/// A five-character error code, which does not depend on the server's language or version.
///
/// Source: PostgreSQL manual, appendix A "PostgreSQL Error Codes"; the static members carry its condition names.
package struct SQLState: Sendable, Hashable {
  package let code: String

  /// - Returns: nil unless `code` is five digits or upper-case letters.
  package init?(_ code: String) {
    func isSymbol(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    guard code.utf8.count == 5, code.utf8.allSatisfy(isSymbol) else { return nil }
    self.code = code
  }

  /// A code written in this program: not validated, but covered by the tests that name it.
  package init(literal code: StaticString) { self.code = code.description }

  /// The first two characters: the kind of error.
  package var `class`: Class { Class(rawValue: String(code.prefix(2))) }

  /// A class of errors, named after the headings of the appendix.
  package struct Class: RawRepresentable, Sendable, Hashable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let connectionException = Class(rawValue: "08")
    package static let integrityConstraintViolation = Class(rawValue: "23")
    package static let invalidTransactionState = Class(rawValue: "25")
    package static let invalidSQLStatementName = Class(rawValue: "26")
    package static let invalidAuthorizationSpecification = Class(rawValue: "28")
    package static let invalidCatalogName = Class(rawValue: "3D")
    package static let invalidSchemaName = Class(rawValue: "3F")
    package static let transactionRollback = Class(rawValue: "40")
    package static let syntaxErrorOrAccessRuleViolation = Class(rawValue: "42")
    package static let insufficientResources = Class(rawValue: "53")
    package static let operatorIntervention = Class(rawValue: "57")
    package static let systemError = Class(rawValue: "58")
    package static let configurationFileError = Class(rawValue: "F0")
    package static let internalError = Class(rawValue: "XX")
  }
}

extension SQLState: CustomStringConvertible {
  /// The code, and its condition name if this program knows it: `23505 unique_violation`.
  package var description: String {
    guard let name = Self.conditionNames[self] else { return code }
    return "\(code) \(name)"
  }
}
