package import WorkspaceDomain

/// The worker that holds a queue's lease, as seen by a standby.
package struct LeaseHolder: Sendable, Equatable {
  /// The process id of the database server's process for the holder's session.
  package let session: Int32
  /// The worker's process; nil if the holder has not announced it yet.
  package let process: Process?
  /// How long ago the holder's session last started or ended a statement.
  package let silence: Duration
  /// Whether the session is waiting for standbys to confirm a commit (PostgreSQL's wait event `SyncRep`).
  package let awaitsReplication: Bool

  package struct Process: Sendable, Equatable {
    package let host: String
    package let id: Int32
    package let broker: Broker
    package let since: Timestamp

    package init(host: String, id: Int32, broker: Broker, since: Timestamp) {
      self.host = host
      self.id = id
      self.broker = broker
      self.since = since
    }
  }

  /// Which broker a worker uses.
  package struct Broker: Sendable, Equatable {
    /// The name of the broker's cluster; empty if it has none.
    package let cluster: String
    package let address: String

    package init(cluster: String, address: String) {
      self.cluster = cluster
      self.address = address
    }

    /// Whether both are the same broker, as far as can be determined: one cluster can have many addresses.
    package func isSame(as other: Broker) -> Bool {
      cluster.isEmpty || other.cluster.isEmpty ? address == other.address : cluster == other.cluster
    }
  }

  package init(session: Int32, process: Process?, silence: Duration, awaitsReplication: Bool) {
    self.session = session
    self.process = process
    self.silence = silence
    self.awaitsReplication = awaitsReplication
  }

  /// A commit that waits longer than this for replication is stuck.
  private static let replicationPatience: Duration = .seconds(3)

  /// Why no work is done although the lease is held; nil if no fault is visible.
  ///
  /// - Parameter freshness: how long ago the last sign of life may be.
  package func obstacle(freshness: Duration) -> String? {
    let seconds = Int(silence / .seconds(1))
    if awaitsReplication, silence > Self.replicationPatience {
      return
        "the lease is held by \(self), which has waited for synchronous replication (SyncRep) for \(seconds) s: "
        + "no standby of synchronous_standby_names confirms its commit"
    }
    guard silence > freshness else { return nil }
    return "the lease is held by \(self), which has shown no activity for \(seconds) s"
  }
}

extension LeaseHolder: CustomStringConvertible {
  package var description: String {
    guard let process else { return "database session \(session)" }
    return "process \(process.id) on \(process.host) (database session \(session)), using the broker "
      + "\(process.broker) since \(process.since)"
  }
}

extension LeaseHolder.Broker: CustomStringConvertible {
  package var description: String { cluster.isEmpty ? address : "\(cluster) at \(address)" }
}
