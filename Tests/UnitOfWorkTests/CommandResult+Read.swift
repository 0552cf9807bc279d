import TestFixtures
import WorkspaceApplication

extension CommandResult {
  /// Everything in the result that a sender sees.
  var asRead: String {
    switch self {
    case .success(let reply): "\(reply)"
    case .failure(let error): error.rejection.map { "\($0.code.rawValue): \($0.message)" } ?? "failed"
    }
  }
}
