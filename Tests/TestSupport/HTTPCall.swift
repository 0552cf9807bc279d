import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOHTTP1

/// A call of an HTTP server of the stack, or of a worker, on a connection of its own.
package struct HTTPCall: Sendable {
  package struct Answer: Sendable {
    package let status: Int
    package let body: Data
  }

  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  private static let limit: TimeAmount = .seconds(Patience.limit.components.seconds)
  /// Responses include messages in Base64 with headers of many MiB.
  private static let largestAnswer = 64 << 20

  private var request: HTTPClientRequest

  package init(_ method: String, _ url: String) {
    request = HTTPClientRequest(url: url)
    request.method = HTTPMethod(rawValue: method)
    // Servers end idle connections; a reused one may be ending.
    request.headers.add(name: "Connection", value: "close")
    // The shared client rejects bodies compressed to less than a 25th, as long runs of one letter are.
    request.headers.add(name: "Accept-Encoding", value: "identity")
  }

  package func with(_ header: String, _ value: String) -> HTTPCall {
    var call = self
    call.request.headers.add(name: header, value: value)
    return call
  }

  package func with(body: Data) -> HTTPCall {
    var call = self
    call.request.body = .bytes(ByteBuffer(bytes: body))
    return call
  }

  /// - Throws: ``Failed``, which names the call, if there is no answer within ``Patience/limit``.
  package func answer() async throws -> Answer {
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: Self.limit)
      let body = try await response.body.collect(upTo: Self.largestAnswer)
      return Answer(status: Int(response.status.code), body: Data(body.readableBytesView))
    } catch {
      throw Failed(description: "\(request.method) \(request.url): \(error)")
    }
  }
}
