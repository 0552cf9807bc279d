internal import Glibc

/// The addresses of a broker's name.
package enum BrokerAddresses {
  /// All addresses of a name, in the resolver's order, each once, in numeric form. Takes as long as the resolver does.
  ///
  /// - Throws: `unreachable`, or `exhausted`.
  @Sendable package static func resolve(_ configuration: RabbitMQConfiguration) throws(RabbitMQError) -> [String] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    errno = 0
    let status = getaddrinfo(configuration.host, nil, &hints, &list)
    guard status == 0 else { throw failure(status, configuration) }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let entry = next?.pointee {
      if let address = digits(of: entry), !addresses.contains(address) { addresses.append(address) }
      next = entry.ai_next
    }
    return addresses
  }

  private static func digits(of entry: addrinfo) -> String? {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    return status == 0 ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
  }

  private static func failure(_ status: Int32, _ configuration: RabbitMQConfiguration) -> RabbitMQError {
    guard errno != EMFILE, errno != ENFILE else {
      return .exhausted(reason: "no descriptor is left to resolve its name")
    }
    let reason =
      status == EAI_NONAME
      ? "the name has no address" : "its name can't be resolved: \(String(cString: gai_strerror(status)))"
    return .unreachable(endpoint: configuration.endpoint, reason: reason)
  }
}
