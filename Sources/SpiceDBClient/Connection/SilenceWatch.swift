/// Notices when calls have been failing for too long without any answer of SpiceDB, so that new connections and a new
/// name lookup are worth trying.
struct SilenceWatch: Sendable {
  /// After this many new transports in vain the time between them no longer doubles: with the default patience a new
  /// one is made after 15 s, 30 s, and then every 60 s. The later ones have time for slow name lookups, and for names
  /// with several addresses that don't answer (10 s each).
  private static let mostDoublings = 2

  private let patience: Duration
  /// When SpiceDB last answered, or the present transport was made.
  private var lastSign: ContinuousClock.Instant
  /// Since when calls have been failing without an answer; nil if there was none since the last answer.
  private var silentSince: ContinuousClock.Instant?
  /// How many transports were given up since the last answer.
  private var replacements = 0

  /// - Parameters:
  ///   - patience: how long calls may fail before the first transport is given up.
  ///   - now: when that transport was made.
  init(patience: Duration, at now: ContinuousClock.Instant) {
    self.patience = patience
    lastSign = now
  }

  /// SpiceDB has answered, by messages or an error.
  mutating func answered(at now: ContinuousClock.Instant) {
    lastSign = now
    silentSince = nil
    replacements = 0
  }

  /// An attempt of a call has failed without an answer.
  ///
  /// - Parameter began: when the attempt began.
  /// - Returns: whether the transport is to be replaced. The time for the next one then begins.
  mutating func failed(began: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Bool {
    let since = silentSince ?? max(began, lastSign)
    silentSince = since
    guard now - since >= patience * (1 << min(replacements, Self.mostDoublings)) else { return false }
    lastSign = now
    silentSince = nil
    replacements += 1
    return true
  }
}
