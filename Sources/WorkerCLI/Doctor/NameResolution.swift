import Glibc

/// Resolves the name of a server.
enum NameResolution {
  /// How long resolving may take before it counts as failed. getaddrinfo() has no limit of its own; a call that takes
  /// longer goes on in the background.
  private static let limit: Duration = .seconds(5)

  /// - Returns: what stands against it; nil when the name leads to an address.
  static func problem(_ host: String) async -> String? {
    // A thread that is stuck must not hold up the program's end.
    let answers = AsyncStream<String?> { continuation in
      let thread = Task.detached {
        continuation.yield(resolve(host))
        continuation.finish()
      }
      _ = thread
      Task {
        try await Task.sleep(for: limit)
        continuation.yield("no answer within \(limit.settingText)")
        continuation.finish()
      }
    }
    for await answer in answers { return answer }
    return nil
  }

  private static func resolve(_ host: String) -> String? {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var result: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &result)
    if let result { freeaddrinfo(result) }
    return status == 0 ? nil : String(cString: gai_strerror(status))
  }
}
