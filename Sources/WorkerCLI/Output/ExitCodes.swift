import ArgumentParser

extension ExitCode {
  /// The answer is no: rejected, changes planned, not found.
  static let no = ExitCode(2)
  /// An existing object is incompatible.
  static let incompatible = ExitCode(3)
  /// EX_UNAVAILABLE: broker or database can't be reached.
  static let unavailable = ExitCode(69)
  /// EX_CONFIG.
  static let configuration = ExitCode(78)
}
