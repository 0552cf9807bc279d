import Glibc

/// The name of the user who runs this process; under sudo, of the user who called sudo.
enum LoginName {
  static var current: String {
    if let name = getenv("SUDO_USER") ?? getenv("USER") ?? getenv("LOGNAME"), name.pointee != 0 {
      return String(cString: name)
    }
    guard let entry = getpwuid(getuid()) else { return "uid \(getuid())" }
    return String(cString: entry.pointee.pw_name)
  }
}
