import Foundation

/// A TCP proxy on a loopback port of its own, in front of one server, that fails as networks and servers do.
///
/// One thread moves all bytes, as fast as the slower side takes them. A call's effect is complete when it returns. Ends
/// with ``close()``, at the latest with the last reference to it.
package final class FaultProxy: Sendable {
  /// How ``cut(_:)`` ends a connection.
  package enum Cut: Sendable {
    /// RST, as from a process that was killed or a host that was rebooted.
    case reset
    /// FIN, as from a process that ended.
    case end
  }

  /// Where clients connect to.
  package let port: Int
  /// What happens at the proxy; for waiting, see ``wait(for:within:until:)``.
  package let traffic: Watched<ProxyTraffic>
  private let engine: ProxyEngine

  /// Starts listening and forwarding.
  ///
  /// - Parameter serverPort: of the server, on 127.0.0.1. It need not exist: clients are then cut off.
  package init(toPort serverPort: Int) throws {
    let reservation = try PortReservation()
    port = reservation.port
    engine = ProxyEngine(try ProxyRelay(reservation: reservation, serverPort: serverPort))
    traffic = engine.traffic
    Thread.detachNewThread { [engine] in engine.run() }
  }

  deinit { engine.change { $0.isClosing = true } }

  /// Passes everything on, in both directions: the initial mode, which also ends every other one.
  package func forward() { engine.change { $0.enter(.forwarding) } }

  /// Hangs, as a process that is stopped: sockets stay open, nothing is read or passed on either way, and the kernel
  /// acknowledges what comes until its buffers are full. New connections are made, and never answered.
  package func freeze() { engine.change { $0.enter(.frozen) } }

  /// Ends a ``freeze()`` or ``dropPackets()``: what was held up continues.
  package func thaw() { forward() }

  /// Becomes a black hole, as with a pulled cable: as ``freeze()``, but no packet that reaches the proxy is taken or
  /// acknowledged, so that probes of TCP fail. New connections are not made. After two minutes, connections that were
  /// silent are lost for good, as they are on a network: a test that a client notices by itself must be over by then.
  package func dropPackets() { engine.change { $0.enter(.dropping) } }

  /// Passes on what clients send, and discards what the server answers: a lost confirm, or a lost answer to COMMIT. A
  /// connection from which something was discarded is useless afterwards: ``cut(_:)`` it.
  package func swallowAnswers() { engine.change { $0.enter(.swallowingAnswers) } }

  /// Ends all existing connections, on both sides. New ones are still accepted.
  package func cut(_ how: Cut = .reset) { engine.change { $0.cut(how) } }

  /// Closes the listening socket: connections are refused. The port stays reserved, and present connections stay.
  package func refuse() { engine.change { $0.stopListening() } }

  /// Listens again after ``refuse()``.
  package func accept() throws {
    var failure: (any Error)?
    engine.change { relay in
      do { try relay.listen() } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Waits until what has happened is enough.
  ///
  /// - Parameters:
  ///   - event: what is waited for, for error messages.
  @discardableResult
  package func wait(
    for event: String, within limit: Duration = Patience.limit,
    until isEnough: @escaping @Sendable (ProxyTraffic) -> Bool
  ) async throws -> ProxyTraffic {
    try await Patience.wait(for: event, limit) { [traffic] in try await traffic.wait(until: isEnough) }
  }

  /// Resets all connections, and ends the thread. Returns when everything is closed.
  package func close() async throws {
    engine.change { $0.isClosing = true }
    try await wait(for: "the proxy is closed") { $0.isClosed }
  }
}
