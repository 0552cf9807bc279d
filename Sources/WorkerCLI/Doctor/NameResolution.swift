import Coordination
import Glibc
import Operations
import Settings
import ThreadExecutor

/// Resolves host names with the name service of this host.
struct NameResolution: HostResolver {
  /// How long resolving may take before it counts as failed. getaddrinfo() has no limit of its own; a call that takes
  /// longer continues in the background.
  private static let limit: Duration = .seconds(5)

  func problem(_ host: String) async -> String? {
    let executor: ThreadExecutor
    do throws(ThreadExecutor.Unavailable) {
      executor = try ThreadExecutor(name: "resolver")
    } catch {
      return error.reason
    }
    let waiter = Waiter<String?>()
    // On a thread of its own: the call blocks, and the shared threads are few.
    let resolving = Task(executorPreference: executor) { waiter.resolve(.success(Self.resolve(host))) }
    let alarm = Task {
      try await Task.sleep(for: Self.limit)
      waiter.resolve(.success("no answer within \(Self.limit.settingText)"))
    }
    defer {
      resolving.cancel()
      alarm.cancel()
    }
    do { return try await waiter.value() } catch { return "\(error)" }
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
