import WorkspaceApplication
package import WorkspaceDomain

/// A clock that never advances.
package struct FixedClock: WallClock {
  private let time: Timestamp

  package init(_ time: Timestamp = .sample) { self.time = time }

  package func now() -> Timestamp { time }
}
