internal import CRabbitMQ
internal import DeliveryPipeline
internal import Glibc

/// The handshake: the only part in which librabbitmq waits for answers. Name resolution aside, each step ends at the
/// deadline.
extension ConnectionHandle {
  /// Connects, secures and logs in.
  func open(_ configuration: RabbitMQConfiguration) throws(RabbitMQError) {
    let deadline = ContinuousClock.now + configuration.connectTimeout
    try withState { state, _ throws(RabbitMQError) in
      let socket = try makeSocket(state, configuration)
      var timeout = configuration.connectTimeout.timeval
      let status = LibraryStatus(amqp_socket_open_noblock(socket, configuration.host, Int32(configuration.port), &timeout))
      if status == LibraryStatus(AMQP_STATUS_SOCKET_ERROR) {
        throw .unreachable(endpoint: configuration.endpoint, reason: "refused, or no route")
      }
      guard status.isOK else { throw status.openingError(configuration) }
    }
    setUnacknowledgedDataTimeout(configuration.unacknowledgedDataTimeout)
    try login(configuration, deadline: deadline)
  }

  private func makeSocket(_ state: amqp_connection_state_t, _ configuration: RabbitMQConfiguration) throws(RabbitMQError) -> OpaquePointer {
    guard let tls = configuration.tls else {
      guard let socket = amqp_tcp_socket_new(state) else { throw .connectionLost(reason: "out of memory") }
      return socket
    }
    guard let socket = amqp_ssl_socket_new(state) else {
      throw .tlsRefused(endpoint: configuration.endpoint, reason: "OpenSSL could not be set up")
    }
    isEncrypted = true
    do {
      try secure(socket, tls)
    } catch {
      throw .tlsRefused(endpoint: configuration.endpoint, reason: error.reason)
    }
    return socket
  }

  private struct UnusableFile: Error {
    let reason: String
  }

  private func secure(_ socket: OpaquePointer, _ tls: TLSOptions) throws(UnusableFile) {
    amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
    amqp_ssl_socket_set_verify_peer(socket, tls.verifiesPeer ? 1 : 0)
    amqp_ssl_socket_set_verify_hostname(socket, tls.verifiesHostName ? 1 : 0)
    // librabbitmq trusts nobody unless it is told a file.
    let authorities = tls.authorityFile ?? TLSOptions.systemAuthorityFiles.first { access($0, R_OK) == 0 }
    if let authorities, !LibraryStatus(amqp_ssl_socket_set_cacert(socket, authorities)).isOK {
      throw UnusableFile(reason: "no authorities could be read from \(authorities)")
    }
    guard let certificate = tls.certificateFile, let key = tls.keyFile else { return }
    let status = "".withCString { password in
      // With a password at hand, be it empty, OpenSSL does not ask for one at the terminal.
      amqp_ssl_socket_set_key_passwd(socket, password)
      defer { amqp_ssl_socket_set_key_passwd(socket, nil) }
      return LibraryStatus(amqp_ssl_socket_set_key(socket, certificate, key))
    }
    guard status.isOK else { throw UnusableFile(reason: "no certificate and key could be read from \(certificate) and \(key)") }
  }

  private func login(_ configuration: RabbitMQConfiguration, deadline: ContinuousClock.Instant) throws(RabbitMQError) {
    let properties = ClientProperties.table(connectionName: configuration.connectionName)
    let password = try configuration.password()
    let reply = try withState { state, pool throws(RabbitMQError) in
      guard var table = pool.table(properties) else { throw .unpublishable(reason: "the client properties") }
      var timeout = max(deadline - ContinuousClock.now, .milliseconds(1)).timeval
      amqp_set_handshake_timeout(state, &timeout)
      let heartbeat = Int32(configuration.heartbeat)
      return switch configuration.authentication {
      case .plain(let user, _):
        amqp_login_plain(state, configuration.virtualHost, Self.frameBytes, heartbeat, &table, user, password)
      case .external(let user):
        amqp_login_external(state, configuration.virtualHost, Self.frameBytes, heartbeat, &table, user)
      }
    }
    if reply.reply_type == AMQP_RESPONSE_NORMAL { return }
    guard reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION, let close = ClosingMethod(reply.reply) else {
      throw LibraryStatus(reply.library_error).openingError(configuration)
    }
    throw .loginRefused(code: close.code, text: close.text)
  }

  /// What the broker said about itself in the handshake.
  var serverProperties: ServerProperties {
    var values: [String: String] = [:]
    _ = try? withState { state, _ throws(RabbitMQError) in
      guard let table = amqp_get_server_properties(state)?.pointee else { return }
      for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries))
      where entry.value.kind == UInt8(AMQP_FIELD_KIND_UTF8.rawValue) {
        values[entry.key.text] = entry.value.value.bytes.text
      }
    }
    return ServerProperties(product: values["product"], version: values["version"], clusterName: values["cluster_name"])
  }
}
