import CLinux
import Glibc
import Synchronization

/// The thread of a ``FaultProxy``, and its state. Others change that under its lock, and wake it.
final class ProxyEngine: Sendable {
  let traffic = Watched(ProxyTraffic())
  private let relay: Mutex<ProxyRelay>
  private let wakeup = clinux_eventfd()

  init(_ relay: consuming sending ProxyRelay) { self.relay = Mutex(relay) }

  deinit { close(wakeup) }

  func change(_ body: (inout sending ProxyRelay) -> Void) {
    relay.withLock { relay in
      body(&relay)
      publish(relay.traffic)
    }
    // A socket that was closed meanwhile is released by the kernel when nobody polls it any more.
    clinux_eventfd_signal(wakeup)
  }

  /// Moves bytes until the proxy is to close.
  func run() {
    while true {
      let (isClosing, interests) = relay.withLock { ($0.isClosing, $0.interests()) }
      guard !isClosing else { break }
      var descriptors = [pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0)]
      descriptors += interests.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
      guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { continue }
      if descriptors[0].revents != 0 { clinux_eventfd_drain(wakeup) }
      let ready = zip(interests, descriptors.dropFirst()).filter { $0.1.revents != 0 }.map(\.0)
      relay.withLock { relay in
        for interest in ready { relay.service(interest) }
        publish(relay.traffic)
      }
    }
    relay.withLock { relay in
      relay.close()
      publish(relay.traffic)
    }
  }

  /// Called under the lock: updates that overtook each other would end with an older one.
  private func publish(_ news: ProxyTraffic) {
    if news != traffic.value { traffic.update { $0 = news } }
  }
}
