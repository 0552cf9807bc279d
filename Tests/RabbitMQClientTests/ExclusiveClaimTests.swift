import Messaging
import RabbitMQClient
import TestSupport
import Testing

@Suite(.needsBroker, .virtualHost, .timeLimit(.minutes(10))) struct ExclusiveClaimTests {
  @Test func `a claim of an earlier version, whose queue has no limit, is respected`() async throws {
    let host = try VirtualHost.required()
    try await host.withConnection { later async throws in
      try await host.withConnection { earlier async throws in
        _ = try await earlier.declare([.exclusiveQueue("former", arguments: HeaderTable())])
        #expect(try await !ExclusiveClaim("former", on: later).take())
      }
      #expect(try await ExclusiveClaim("former", on: later).take())
    }
  }

  @Test func `what is published to it is not kept`() async throws {
    let host = try VirtualHost.required()
    try await host.withConnection { connection async throws in
      #expect(try await ExclusiveClaim("filled", on: connection).take())
      try await host.publish(["1", "2"], to: "filled")
      #expect(try await TopologyManager(connection).statistics(of: "filled")?.messageCount == 0)
    }
  }

  @Test func `one connection at a time has a claim, until it ends`() async throws {
    let host = try VirtualHost.required()
    try await host.withConnection { second async throws in
      try await host.withConnection { first async throws in
        #expect(try await ExclusiveClaim("claim", on: first).take())
        #expect(try await ExclusiveClaim("claim", on: first).take(), "taking it again succeeds")
        #expect(try await !ExclusiveClaim("claim", on: second).take())
        #expect(try await ExclusiveClaim("another", on: second).take())
      }
      // The first connection is closed: the broker released its claim before confirming that.
      #expect(try await ExclusiveClaim("claim", on: second).take())
    }
  }
}
