package import Foundation
import TestSupport

extension SpiceDBDouble.Certificate {
  /// Creates an authority and a certificate, in a folder that must exist.
  package static func make(in folder: URL) async throws -> SpiceDBDouble.Certificate {
    let authority = folder.appending(path: "ca.pem").path
    let certificate = folder.appending(path: "server.pem").path
    let key = folder.appending(path: "server.key").path
    let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    try await openssl(
      ["req", "-x509"] + newKey + ["-subj", "/CN=tests", "-keyout", "ca.key", "-out", authority], in: folder)
    try await openssl(
      ["req", "-x509"] + newKey + [
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-CA", authority, "-CAkey",
        "ca.key",
        "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", certificate,
      ], in: folder)
    return SpiceDBDouble.Certificate(authority: authority, certificate: certificate, key: key)
  }

  private static func openssl(_ arguments: [String], in folder: URL) async throws {
    let program = try Program("/usr/bin/openssl", arguments, environment: [:], folder: folder)
    let exit = try await program.exit()
    guard exit == .code(0) else {
      throw Patience.Exhausted(description: "openssl ended with \(exit): \(program.errors)")
    }
  }
}
