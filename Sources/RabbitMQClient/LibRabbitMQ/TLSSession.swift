internal import COpenSSL

/// OpenSSL's objects behind a socket of librabbitmq: what is to be verified, and the session itself, which librabbitmq
/// does not expose. OpenSSL passes it to a callback during the handshake (SSL_CTX_set_info_callback(3)).
final class TLSSession {
  private let context: OpaquePointer
  /// The name to request (RFC 6066, section 3); nil for an address, which must not be requested.
  private let serverName: String?
  /// Known from the first step of the handshake on. It belongs to librabbitmq's socket.
  private(set) var session: OpaquePointer?
  private(set) var verification = Int(X509_V_OK)

  /// - Parameters:
  ///   - context: the SSL_CTX of librabbitmq's socket, which has to outlive the handshake.
  ///   - host: the name, or the address, that the certificate must be for.
  init(context: OpaquePointer, host: String, verifiesHost: Bool) {
    self.context = context
    let isAddress = Self.isAddress(host)
    serverName = isAddress ? nil : host
    if verifiesHost { Self.demand(host, isAddress: isAddress, context) }
    // The connection's handle holds this until its socket is closed.
    SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
    SSL_CTX_set_info_callback(context) { session, event, _ in
      guard let session, let owner = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0) else { return }
      Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue().noteProgress(session, event)
    }
  }

  /// The handshake is over: OpenSSL makes no more callbacks.
  func finish() {
    SSL_CTX_set_info_callback(context, nil)
    if let session { SSL_set_info_callback(session, nil) }
  }

  private func noteProgress(_ session: OpaquePointer, _ event: Int32) {
    // Replaces librabbitmq's choice, the address that it connects to.
    if event & SSL_CB_HANDSHAKE_START != 0 { _ = copenssl_set_server_name(session, serverName) }
    self.session = session
    verification = SSL_get_verify_result(session)
  }

  /// OpenSSL verifies addresses too (X509_VERIFY_PARAM_set1_ip_asc(3)), among a certificate's alternative names;
  /// librabbitmq checks only names.
  private static func demand(_ host: String, isAddress: Bool, _ context: OpaquePointer) {
    let parameters = SSL_CTX_get0_param(context)
    guard !isAddress else {
      X509_VERIFY_PARAM_set1_ip_asc(parameters, host)
      return
    }
    X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    X509_VERIFY_PARAM_set1_host(parameters, host, 0)
  }

  private static func isAddress(_ host: String) -> Bool {
    guard let address = a2i_IPADDRESS(host) else { return false }
    ASN1_OCTET_STRING_free(address)
    return true
  }

  /// Why the certificate was not accepted; nil: it was, or there was none yet.
  var refusal: String? {
    switch Int32(clamping: verification) {
    case X509_V_OK: nil
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: "the certificate does not name the host"
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      "the certificate is not issued by a trusted authority"
    default: "the certificate is not accepted: \(String(cString: X509_verify_cert_error_string(verification)))"
    }
  }

  /// OpenSSL's description of this thread's last failed call.
  static var lastError: String {
    let code = ERR_peek_last_error()
    guard code != 0, let reason = ERR_reason_error_string(code) else { return "TLS failed" }
    return "TLS failed: \(String(cString: reason))"
  }
}
