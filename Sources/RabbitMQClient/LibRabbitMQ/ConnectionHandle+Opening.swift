internal import CRabbitMQ
internal import Glibc
internal import Messaging

/// The handshake, done by librabbitmq: the only part where a call waits for answers. Each step ends at the deadline.
extension ConnectionHandle {
  /// Connects, secures and logs in at one address of the broker.
  ///
  /// - Returns: bytes that librabbitmq had read ahead: they precede what is read from the socket.
  func open(
    _ configuration: RabbitMQConfiguration, at address: String, deadline: ContinuousClock.Instant
  ) throws(RabbitMQError) -> [UInt8] {
    try withState { state, _ throws(RabbitMQError) in
      let socket = try makeSocket(state, configuration)
      var timeout = Self.rest(until: deadline)
      errno = 0
      let status = LibraryStatus(amqp_socket_open_noblock(socket, address, Int32(configuration.port), &timeout))
      if status == LibraryStatus(AMQP_STATUS_SOCKET_ERROR) {
        guard errno != EMFILE, errno != ENFILE else { throw .exhausted(reason: "no descriptor left for a socket") }
        throw .unreachable(endpoint: configuration.endpoint, reason: "refused, or no route")
      }
      guard status.isOK else { throw openingError(status, configuration) }
      WireSocket(descriptor: amqp_get_sockfd(state), ssl: nil).setUnacknowledgedDataTimeout(
        configuration.unacknowledgedDataTimeout)
    }
    try login(configuration, deadline: deadline)
    let readAhead = try drain(configuration, deadline: deadline)
    takeOver()
    return readAhead
  }

  private static func rest(until deadline: ContinuousClock.Instant) -> timeval {
    max(deadline - ContinuousClock.now, .milliseconds(1)).timeval
  }

  /// OpenSSL says more about a certificate than librabbitmq passes on.
  private func openingError(_ status: LibraryStatus, _ configuration: RabbitMQConfiguration) -> RabbitMQError {
    switch status.code {
    case AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue, AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue:
      guard let reason = tls?.refusal else { break }
      return .tlsRefused(endpoint: configuration.endpoint, reason: reason)
    default: break
    }
    return status.openingError(configuration)
  }

  /// The frames that librabbitmq has read along with the end of the handshake, complete and in wire format. Before a
  /// channel is open these are few, if any: heartbeats, which are left out, and the end of the connection.
  private func drain(
    _ configuration: RabbitMQConfiguration, deadline: ContinuousClock.Instant
  ) throws(RabbitMQError) -> [UInt8] {
    var frames = OutboundFrames()
    try withState { state, _ throws(RabbitMQError) in
      while amqp_release_buffers_ok(state) == 0 || amqp_data_in_buffer(state) != 0 || amqp_frames_enqueued(state) != 0 {
        var frame = amqp_frame_t()
        var timeout = Self.rest(until: deadline)
        let status = LibraryStatus(amqp_simple_wait_frame_noblock(state, &frame, &timeout))
        guard status.isOK else { throw openingError(status, configuration) }
        guard Int32(frame.frame_type) == AMQP_FRAME_METHOD else { continue }
        guard let method = Self.encoded(frame.payload.method) else {
          throw .protocolViolation("an unreadable method before any channel was opened")
        }
        frames.append(method: method, channel: frame.channel)
      }
    }
    return frames.bytes
  }

  private static func encoded(_ method: amqp_method_t) -> [UInt8]? {
    var arguments = [UInt8](repeating: 0, count: Int(frameBytes))
    let count = arguments.withUnsafeMutableBytes { buffer in
      amqp_encode_method(method.id, method.decoded, amqp_bytes_t(len: buffer.count, bytes: buffer.baseAddress))
    }
    return count < 0 ? nil : withUnsafeBytes(of: method.id.bigEndian, Array.init) + arguments.prefix(Int(count))
  }

  private func makeSocket(_ state: amqp_connection_state_t, _ configuration: RabbitMQConfiguration)
    throws(RabbitMQError) -> OpaquePointer
  {
    guard let tls = configuration.tls else {
      guard let socket = amqp_tcp_socket_new(state) else { throw .connectionLost(reason: "out of memory") }
      return socket
    }
    guard let socket = amqp_ssl_socket_new(state) else {
      throw .tlsRefused(endpoint: configuration.endpoint, reason: "OpenSSL could not be set up")
    }
    guard let context = amqp_ssl_socket_get_context(socket) else {
      throw .tlsRefused(endpoint: configuration.endpoint, reason: "OpenSSL could not be set up")
    }
    self.tls = TLSSession(
      context: OpaquePointer(context), host: configuration.host, verifiesHost: tls.verifiesPeer && tls.verifiesHostName)
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
    // librabbitmq would look for the address that it connects to, and only among names: see ``TLSSession``.
    amqp_ssl_socket_set_verify_hostname(socket, 0)
    // librabbitmq trusts no authority unless given a file.
    let authorities = tls.authorityFile ?? TLSOptions.systemAuthorityFiles.first { access($0, R_OK) == 0 }
    if let authorities, !LibraryStatus(amqp_ssl_socket_set_cacert(socket, authorities)).isOK {
      throw UnusableFile(reason: "no authorities could be read from \(authorities)")
    }
    guard let certificate = tls.certificateFile, let key = tls.keyFile else { return }
    let status = "".withCString { password in
      // Given a password, even an empty one, OpenSSL does not ask for one at the terminal.
      amqp_ssl_socket_set_key_passwd(socket, password)
      defer { amqp_ssl_socket_set_key_passwd(socket, nil) }
      return LibraryStatus(amqp_ssl_socket_set_key(socket, certificate, key))
    }
    guard status.isOK else {
      throw UnusableFile(reason: "no certificate and key could be read from \(certificate) and \(key)")
    }
  }

  private func login(_ configuration: RabbitMQConfiguration, deadline: ContinuousClock.Instant) throws(RabbitMQError) {
    let properties = ClientProperties.table(connectionName: configuration.connectionName)
    let password = try configuration.password()
    let reply = try withState { state, pool throws(RabbitMQError) in
      guard var table = pool.table(properties) else { throw .unpublishable(reason: "the client properties") }
      var timeout = Self.rest(until: deadline)
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
