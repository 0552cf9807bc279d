import Coordination
import EndToEndSupport
import Foundation
import Secrets
import SpiceDBClient
import TestSupport
import Testing

/// Connections that end, that can't be made, or on which no answer arrives; keys and certificates. The deadlines of
/// calls are short, so nothing else runs at the same time.
@Suite(.serialized, .needsServersAlone) struct SpiceDBNetworkTests {
  private let relationship = SpiceDBRelationship("tenant:t#member@user:u")
  private let item = CheckItem("tenant:t#view@user:u")

  @Test func `SpiceDB ends connections because of their age, and no call fails`() async throws {
    let double = try await SpiceDBDouble(maxConnectionAge: .milliseconds(200))
    let proxy = try FaultProxy(toPort: double.port)
    let traffic = proxy.traffic
    try await double.connect(double.configuration(port: proxy.port)) { spicedb in
      let enough = traffic.value.acceptedConnections + 5
      try await withThrowingTaskGroup(of: Int.self) { group in
        for caller in 0..<8 {
          group.addTask {
            var calls = 0
            while traffic.value.acceptedConnections < enough {
              let user = "u\(caller)-\(calls)"
              let token = try await spicedb.write([.touch(SpiceDBRelationship("tenant:t#member@user:\(user)"))])
              #expect(try await spicedb.check(CheckItem("tenant:t#view@user:\(user)"), .atLeastAsFresh(token)))
              calls += 1
            }
            return calls
          }
        }
        for try await calls in group { #expect(calls > 0) }
      }
    }
    try await proxy.close()
  }

  @Test func `while a call is in progress on a connection that is too old, others wait for it, and none fails`()
    async throws
  {
    let double = try await SpiceDBDouble(maxConnectionAge: .milliseconds(200))
    let proxy = try FaultProxy(toPort: double.port)
    let log = LogRecorder()
    let configuration = try double.configuration(port: proxy.port, gap: Patience.limit)
    try await double.connect(configuration, logger: log.logger) { spicedb in
      let relationship = relationship
      let item = item
      _ = try await spicedb.write([.touch(relationship)])
      try await double.order(.init("WriteRelationships") { $0.hold = true })
      let before = try await double.calls("WriteRelationships")
      let write = Task { try await spicedb.write([.touch(relationship)]) }
      try await Patience.poll(for: "the write arrives") { try await double.calls("WriteRelationships") > before }
      let connections = proxy.traffic.value.acceptedConnections
      let isEnough = Signal<Void>()
      let checks = Task {
        while !isEnough.isRaised {
          let isPermitted = try await spicedb.check(item, .full)
          #expect(isPermitted)
        }
      }
      // Twice as often as a call is attempted.
      try await Patience.poll(for: "a check waits for the write") {
        log.entries.count { $0.metadata["method"] == "CheckPermission" } >= 2 * configuration.retries.attempts
      }
      try await double.order([])
      _ = try await write.value
      try await proxy.wait(for: "another connection") { $0.acceptedConnections > connections }
      isEnough.raise()
      try await checks.value
    }
    try await proxy.close()
  }

  @Test func `a connection on which nothing comes is given up, and calls succeed on a new one`() async throws {
    let double = try await SpiceDBDouble()
    let proxy = try FaultProxy(toPort: double.port)
    proxy.swallowAnswers()
    let configuration = try double.configuration(
      port: proxy.port, timeout: .milliseconds(500), patience: .seconds(1), attempts: 1)
    try await SpiceDBConnection.withConnection(configuration, logger: .silent) { spicedb async throws in
      let error = await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
      #expect(error?.kind == .deadlineExceeded && error?.mayHaveBeenMade == false)
      // HTTP/2 can't begin without what the server sends first, so this connection stays useless.
      try await proxy.wait(for: "the server's greeting is lost") { $0.bytesSwallowed > 0 }
      proxy.forward()
      try await Patience.poll(for: "a call succeeds") { (try? await spicedb.isServing()) == true }
      #expect(proxy.traffic.value.acceptedConnections > 1)
    }
    try await proxy.close()
  }

  @Test func `a cut connection costs no call and no write`() async throws {
    let double = try await SpiceDBDouble()
    let proxy = try FaultProxy(toPort: double.port)
    try await double.connect(double.configuration(port: proxy.port)) { spicedb in
      for cut in [FaultProxy.Cut.reset, .end, .reset] {
        proxy.cut(cut)
        let token = try await spicedb.write([.touch(relationship)])
        #expect(try await spicedb.check(item, .atLeastAsFresh(token)))
      }
    }
    try await proxy.close()
  }

  @Test func `an absent SpiceDB is reported, and calls succeed once it is there`() async throws {
    let double = try await SpiceDBDouble()
    let proxy = try FaultProxy(toPort: double.port)
    proxy.refuse()
    let configuration = try double.configuration(port: proxy.port)
    try await SpiceDBConnection.withConnection(configuration, logger: .silent) { spicedb async throws in
      let error = await failure { () async throws(SpiceDBError) in try await spicedb.schema() }
      #expect(error?.kind == .unavailable && error?.attempts == 6 && error?.mayHaveBeenMade == false)
      #expect(error?.description.localizedCaseInsensitiveContains("refused") == true, "\(error?.description ?? "")")
      try proxy.accept()
      try await Patience.poll(for: "a call succeeds") { (try? await spicedb.isServing()) == true }
    }
    try await proxy.close()
  }

  @Test func `an unresponsive connection is abandoned and replaced`() async throws {
    let double = try await SpiceDBDouble()
    let proxy = try FaultProxy(toPort: double.port)
    let traffic = proxy.traffic
    let configuration = try double.configuration(
      port: proxy.port, timeout: .seconds(1), keepalive: .seconds(1), attempts: 2)
    try await double.connect(configuration) { spicedb in
      let before = traffic.value.acceptedConnections
      proxy.swallowAnswers()
      let error = await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
      #expect(error?.isTransient == true && error?.mayHaveBeenMade == true)
      try await Patience.poll(for: "the client reconnects") {
        _ = try? await spicedb.isServing()
        return traffic.value.acceptedConnections > before
      }
      proxy.forward()
      proxy.cut()
      try await Patience.poll(for: "a call succeeds") { (try? await spicedb.check(item, .full)) == true }
    }
    try await proxy.close()
  }

  @Test func `a restarted SpiceDB is found`() async throws {
    let first = try await SpiceDBDouble()
    try await first.connect { spicedb in
      _ = try await spicedb.write([.touch(relationship)])
      try await first.program.crash()
      let error = await failure { () async throws(SpiceDBError) in try await spicedb.check(item, .full) }
      #expect(error?.kind == .unavailable)
      let second = try await SpiceDBDouble(port: first.port)
      try await Patience.poll(for: "a call succeeds") { (try? await spicedb.isServing()) == true }
      #expect(try await spicedb.schema() == nil)
      try await second.program.crash()
    }
  }

  // MARK: Keys

  @Test func `a changed key file takes effect with the next call`() async throws {
    try await withFolder { folder in
      let file = folder.appending(path: "token")
      try Data("first\n".utf8).write(to: file)
      let double = try await SpiceDBDouble(tokens: ["first"])
      try await double.connect(double.configuration(token: Secret(file: file.path))) { spicedb in
        try double.accept(["second"])
        let error = await failure { () async throws(SpiceDBError) in try await spicedb.schema() }
        #expect(error?.kind == .unauthenticated && error?.attempts == 1)
        #expect(error?.description.contains("first") == false)
        try Data("second\n".utf8).write(to: file, options: .atomic)
        #expect(try await spicedb.schema() != nil)
      }
    }
  }

  @Test func `a key that changed while it was refused is tried at once`() async throws {
    try await withFolder { folder in
      let file = folder.appending(path: "token")
      try Data("first".utf8).write(to: file)
      let double = try await SpiceDBDouble(tokens: ["first", "second"])
      try await double.connect(double.configuration(token: Secret(file: file.path))) { spicedb in
        try await double.order(.init("ReadSchema") { ($0.code, $0.hold) = ("UNAUTHENTICATED", true) })
        let call = Task { try await spicedb.schema() }
        try await Patience.poll(for: "the call arrives") { try await double.calls("ReadSchema") == 1 }
        try Data("second".utf8).write(to: file, options: .atomic)
        try await double.order([])
        #expect(try await call.value != nil)
        #expect(try await double.calls("ReadSchema") == 2)
      }
    }
  }

  @Test(arguments: [nil, "", "two words", "kéy"])
  func `an unusable key is not sent, and not repeated`(key: String?) async throws {
    try await withFolder { folder in
      let file = folder.appending(path: "token")
      if let key { try Data(key.utf8).write(to: file) }
      let double = try await SpiceDBDouble()
      let configuration = try double.configuration(token: Secret(file: file.path))
      try await SpiceDBConnection.withConnection(configuration, logger: .silent) { spicedb async throws in
        let error = await failure { () async throws(SpiceDBError) in try await spicedb.schema() }
        #expect(error?.kind == .unreadableToken)
        #expect(key.map { $0.isEmpty || error?.description.contains($0) == false } ?? true)
        #expect(try await double.calls("ReadSchema") == 0)
      }
    }
  }

  @Test func `a key that vanishes between two attempts does not hide that a write may have been made`() async throws {
    try await withFolder { folder in
      let file = folder.appending(path: "token")
      try Data("key".utf8).write(to: file)
      let double = try await SpiceDBDouble()
      try await double.connect(double.configuration(token: Secret(file: file.path))) { spicedb in
        try await double.order(.init("WriteRelationships") { ($0.after, $0.hold) = (true, true) })
        let relationship = relationship
        let call = Task {
          await failure { () async throws(SpiceDBError) in try await spicedb.write([.touch(relationship)]) }
        }
        try await Patience.poll(for: "the call arrives") { try await double.calls("WriteRelationships") == 1 }
        try FileManager.default.removeItem(at: file)
        try await double.order([])
        let error = await call.value
        #expect(error?.kind == .unreadableToken && error?.attempts == 2 && error?.mayHaveBeenMade == true)
      }
    }
  }

  // MARK: TLS

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `a certificate of our own authority is trusted, for the name and for the address`(host: String) async throws {
    try await withFolder { folder in
      let certificate = try await SpiceDBDouble.Certificate.make(in: folder)
      let double = try await SpiceDBDouble(certificate: certificate)
      try await double.connect(double.configuration(host: host, security: .tls(caFile: certificate.authority))) {
        spicedb in
        _ = try await spicedb.write([.touch(relationship)])
        #expect(try await spicedb.check(item, .full))
      }
    }
  }

  @Test func `a certificate of another authority is refused, before the key is sent`() async throws {
    try await withFolder { folder in
      let others = folder.appending(path: "others")
      try FileManager.default.createDirectory(at: others, withIntermediateDirectories: true)
      let double = try await SpiceDBDouble(certificate: .make(in: folder))
      let stranger = try await SpiceDBDouble.Certificate.make(in: others)
      for authority in [stranger.authority, nil] {
        let configuration = try double.configuration(host: "localhost", security: .tls(caFile: authority), attempts: 2)
        try await SpiceDBConnection.withConnection(configuration, logger: .silent) { spicedb async throws in
          let error = await failure { () async throws(SpiceDBError) in try await spicedb.schema() }
          #expect(error?.kind == .unavailable)
          #expect(
            error?.description.localizedCaseInsensitiveContains("certificate") == true, "\(error?.description ?? "")")
        }
      }
      #expect(try await double.calls("ReadSchema") == 0)
    }
  }

  @Test func `a key is not sent over an unencrypted connection, unless configured`() async throws {
    try await withFolder { folder in
      let certificate = try await SpiceDBDouble.Certificate.make(in: folder)
      let double = try await SpiceDBDouble()
      let configuration = try double.configuration(
        host: "localhost", security: .tls(caFile: certificate.authority), timeout: .seconds(5), attempts: 2)
      try await SpiceDBConnection.withConnection(configuration, logger: .silent) { spicedb async throws in
        let error = await failure { () async throws(SpiceDBError) in try await spicedb.schema() }
        #expect(error?.isTransient == true)
      }
      #expect(try await double.calls("ReadSchema") == 0)
    }
  }

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "spicedb-tests-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }
}
