/// How a connection is secured.
package struct TLSOptions: Sendable, Equatable {
  /// PEM file with the certificates of the authorities to trust. Default: the system's.
  package var authorityFile: String?
  /// PEM file with the client's certificate chain. Default: the client shows none.
  package var certificateFile: String?
  /// PEM file with the key of that certificate; it must not need a password.
  package var keyFile: String?
  /// Whether the server's certificate must lead to a trusted authority. Default: true.
  package var verifiesPeer = true
  /// Whether the server's certificate must be for the requested host: a name in a DNS entry or the common name, an
  /// address among the alternative names. Default: true.
  package var verifiesHostName = true

  package init() {}

  /// Where distributions keep the certificates of the authorities that they trust.
  static let systemAuthorityFiles = [
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  // openSUSE
    "/etc/ssl/cert.pem",
  ]
}
