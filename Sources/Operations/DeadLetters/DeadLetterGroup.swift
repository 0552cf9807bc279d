package import WorkspaceDomain

/// Dead letters with one property in common.
package struct DeadLetterGroup: Sendable, Equatable {
  /// The property they have in common.
  package enum Key: String, Sendable, CaseIterable {
    case reason
    /// The command's type.
    case type
    case tenant
    /// The day of recording, in UTC.
    case day
  }

  /// The value of the property; nil if it could not be read.
  package let value: String?
  package let count: Int
  package let first: Timestamp
  package let last: Timestamp

  package init(value: String?, count: Int, first: Timestamp, last: Timestamp) {
    self.value = value
    self.count = count
    self.first = first
    self.last = last
  }
}
