import TestSupport

extension ReplicatedCluster {
  /// Settings that direct workers to the server that accepts writes, and their queries to the standby, if there is one.
  /// Timeouts are short, so that a server that does not answer is soon given up.
  var workerEnvironment: [String: String] {
    [
      "POSTGRES_URL": url,
      "POSTGRES_READ_URL": "postgres://postgres@\(standby.address),\(primary.address)/postgres?sslmode=disable",
      "POSTGRES_CONNECT_TIMEOUT": "4s", "POSTGRES_RESPONSE_TIMEOUT": "4s", "QUERIES_WAIT": "200ms",
      "QUERIES_TIMEOUT": "10s",
    ]
  }
}
