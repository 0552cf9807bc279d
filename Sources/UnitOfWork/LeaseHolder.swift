package import WorkspaceDomain

/// The worker that holds a queue's lease, as seen by a standby.
package struct LeaseHolder: Sendable, Equatable {
  /// The server process of its session.
  package let session: Int32
  /// Where it runs; nil if it has not said so yet.
  package let process: Process?
  /// How long ago its session last started or ended a statement.
  package let silence: Duration
  /// It waits for standbys to confirm a commit (PostgreSQL's wait event `SyncRep`).
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
    /// The name of the cluster; empty if the broker has none.
    package let cluster: String
    package let address: String

    package init(cluster: String, address: String) {
      self.cluster = cluster
      self.address = address
    }

    /// Whether both are the same broker, as far as can be determined: one cluster has many addresses.
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

  /// Replicating a commit takes some time, but not this long.
  private static let replicationPatience: Duration = .seconds(3)

  /// Why no work is done although the lease is held; nil if all seems well.
  ///
  /// - Parameter freshness: how old the last sign of life may be.
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
