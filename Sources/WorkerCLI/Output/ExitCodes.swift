import ArgumentParser

extension ExitCode {
  /// The answer is no, such as: rejected, changes planned, not found.
  static let no = ExitCode(2)
  /// An existing object is incompatible.
  static let incompatible = ExitCode(3)
  /// EX_UNAVAILABLE: the broker, the database or SpiceDB is unavailable, or no worker has answered a query.
  static let unavailable = ExitCode(69)
  /// EX_CONFIG: the configuration can't be used.
  static let configuration = ExitCode(78)
}
