/// What the server reports about itself and this session.
package struct DatabaseServer: Sendable {
  /// In PostgreSQL's numbering, such as 170004.
  package var version: Int
  package var role: String
  package var isSuperuser: Bool
  package var isReadOnly: Bool
  package var isEncrypted: Bool
  /// Server and client are on the same host.
  package var isLocal: Bool
  package var encoding: String
  /// How far the server's clock is ahead of this host's.
  package var skew: Duration

  package init(
    version: Int, role: String, isSuperuser: Bool, isReadOnly: Bool, isEncrypted: Bool, isLocal: Bool, encoding: String,
    skew: Duration
  ) {
    self.version = version
    self.role = role
    self.isSuperuser = isSuperuser
    self.isReadOnly = isReadOnly
    self.isEncrypted = isEncrypted
    self.isLocal = isLocal
    self.encoding = encoding
    self.skew = skew
  }
}

extension DatabaseServer {
  /// The findings about encryption, version, writability and clock.
  var findings: [Finding] { [encryption, versionFinding, writability, clock] }

  private var encryption: Finding {
    if isEncrypted { return .ok("database.tls", "encrypted; sslmode decides whether the certificate is verified") }
    if isLocal { return .ok("database.tls", "the connection is not encrypted, but does not leave this host") }
    return .warning(
      "database.tls", "the connection is not encrypted",
      remedy: "add sslmode=verify-full and sslrootcert to postgres.url")
  }

  private var versionFinding: Finding {
    let text = "PostgreSQL \(version / 10_000).\(version % 10_000), encoding \(encoding)"
    guard version >= 150_000 else {
      return .problem("database.version", text, remedy: "PostgreSQL 15 or later is needed")
    }
    guard encoding == "UTF8" else {
      return .problem("database.version", text, remedy: "the database must have the encoding UTF8")
    }
    return .ok("database.version", text)
  }

  private var writability: Finding {
    guard !isReadOnly else {
      return .problem(
        "database.writable", "the server accepts no writes: it is a standby or read-only",
        remedy:
          "put the primary, or all hosts, in postgres.url: a worker picks the one that accepts writes; if this is the "
          + "primary, reset default_transaction_read_only of the role, the database or the server")
    }
    return .ok("database.writable", "the server accepts writes")
  }

  private var clock: Finding {
    let milliseconds = abs(Int(skew / .milliseconds(1)))
    let text =
      "the server's clock is \(milliseconds) ms \(skew < .zero ? "behind" : "ahead of") this host's"
    let distance = skew < .zero ? .zero - skew : skew
    guard distance < .seconds(5) else {
      return .warning(
        "clock.skew", text, remedy: "synchronize both hosts by NTP: ages and due times are compared between them")
    }
    return .ok("clock.skew", text)
  }
}
