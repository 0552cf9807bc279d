/// Where a connection leads, without secrets: for logs.
package struct PostgresTarget: Sendable, Hashable {
  /// Names, addresses or socket folders, comma-separated. Nil, here and below: libpq's default applies.
  package let host: String?
  package let port: String?
  package let database: String?
  package let user: String?
}

extension PostgresTarget: CustomStringConvertible {
  /// `host=db.example port=5432 dbname=workspaces user=worker`, as far as known.
  package var description: String {
    let parts = [("host", host), ("port", port), ("dbname", database), ("user", user)]
      .compactMap { keyword, value in value.map { "\(keyword)=\($0)" } }
    return parts.isEmpty ? "libpq's defaults" : parts.joined(separator: " ")
  }
}

extension PostgresConfiguration {
  /// - Throws: ``PostgresError/configuration(reason:)`` for a malformed connection string.
  package var target: PostgresTarget {
    get throws(PostgresError) {
      let string = try ConnectionString(url)
      return PostgresTarget(
        host: string["host"] ?? string["hostaddr"], port: string["port"], database: string["dbname"],
        user: string["user"])
    }
  }
}
