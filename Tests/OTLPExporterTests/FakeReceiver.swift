import TestSupport

/// A receiver of spans that keeps its answers back until it is told to give them.
final class FakeReceiver: Sendable {
  struct Request: Sendable {
    let head: String
    let body: [UInt8]

    /// Waits for a request.
    init(on connection: BlockingSocket) throws {
      var bytes: [UInt8] = []
      while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) { bytes += try connection.read(1) }
      head = String(decoding: bytes, as: UTF8.self)
      let length = head.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.output.1) }
      body = try connection.read(length ?? 0)
    }

    /// The names of the spans in it.
    var names: [String] {
      String(decoding: body, as: UTF8.self).matches(of: /"name":"(span [0-9]+)"/).map { String($0.output.1) }
    }
  }

  /// What has arrived, whether it was answered or not.
  let requests = Watched<[Request]>([])
  let port: Int
  private let mayAnswer = Watched(false)
  private let listener: BlockingSocket
  private let response: @Sendable (Request) -> String

  private init(_ response: @escaping @Sendable (Request) -> String) throws {
    let (listener, port) = try BlockingSocket.listening()
    self.listener = listener
    self.port = port
    self.response = response
  }

  /// - Parameter response: the status line, and headers if any, of the answer to a request.
  static func start(_ response: @escaping @Sendable (Request) -> String = { _ in "200 OK" }) throws -> FakeReceiver {
    let receiver = try FakeReceiver(response)
    Task { await receiver.acceptConnections() }
    return receiver
  }

  func answer() { mayAnswer.update { $0 = true } }

  func close() {
    listener.cut()
    answer()
  }

  private func acceptConnections() async {
    while let connection = try? await onOwnThread({ [listener] in try listener.accepted() }) {
      Task { try? await serve(connection) }
    }
  }

  /// Ends when the client closes the connection.
  private func serve(_ connection: BlockingSocket) async throws {
    while true {
      let request = try await onOwnThread { try Request(on: connection) }
      requests.update { $0.append(request) }
      try await mayAnswer.wait { $0 }
      let answer = Array("HTTP/1.1 \(response(request))\r\nContent-Length: 0\r\n\r\n".utf8)
      try await onOwnThread { try connection.write(answer) }
    }
  }
}
