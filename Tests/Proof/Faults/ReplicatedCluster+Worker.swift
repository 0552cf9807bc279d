import TestSupport

extension ReplicatedCluster {
  /// Leads workers to the one that writes, and their queries to the standby where there is one. They give up soon what
  /// does not answer.
  var workerEnvironment: [String: String] {
    [
      "POSTGRES_URL": url,
      "POSTGRES_READ_URL": "postgres://postgres@\(standby.address),\(primary.address)/postgres?sslmode=disable",
      "POSTGRES_CONNECT_TIMEOUT": "4s", "POSTGRES_RESPONSE_TIMEOUT": "4s", "QUERIES_WAIT": "200ms",
      "QUERIES_TIMEOUT": "10s",
    ]
  }
}
