import Messaging
import RabbitMQClient
import TestSupport
import Testing

/// Bytes to events, however the bytes arrive.
@Suite struct FrameDecoderTests {
  private static let frameBytes = 131_072

  private struct Sample {
    let number: UInt64
    let properties: [UInt8]
    let body: [UInt8]

    /// The message as the broker sends it, its body split into frames of at most this many bytes.
    func frames(bodyFrameBytes: Int = 4096) -> [WireFrame] {
      var frames = [
        WireFrame(
          method: .basicDeliver, channel: 1,
          arguments: "tag".shortStringBytes + number.bigEndianBytes + [1] + "x".shortStringBytes
            + "key".shortStringBytes),
        WireFrame(
          kind: .header, channel: 1,
          payload: UInt16(60).bigEndianBytes + [0, 0] + UInt64(body.count).bigEndianBytes + properties),
      ]
      for start in stride(from: 0, to: body.count, by: bodyFrameBytes) {
        frames.append(
          WireFrame(kind: .body, channel: 1, payload: Array(body[start..<min(start + bodyFrameBytes, body.count)])))
      }
      return frames
    }
  }

  private static func headers(_ entries: [UInt8]) -> [UInt8] {
    UInt16(0x2000).bigEndianBytes + UInt32(entries.count).bigEndianBytes + entries
  }

  private static func longHeader(_ count: Int) -> [UInt8] {
    [1] + Array("xS".utf8) + UInt32(count).bigEndianBytes + [UInt8](repeating: 0x61, count: count)
  }

  private func decode(_ pieces: [[UInt8]]) throws -> [InboundEvent] {
    var decoder = FrameDecoder(generation: 7, maximumFrameBytes: Self.frameBytes)
    var events: [InboundEvent] = []
    for piece in pieces { try piece.withUnsafeBytes { try decoder.decode($0, into: &events) } }
    return events
  }

  private func deliveries(_ events: [InboundEvent]) -> [Delivery] {
    events.compactMap { if case .delivered(let delivery) = $0 { delivery } else { nil } }
  }

  private func expect(_ events: [InboundEvent], _ samples: [Sample]) throws {
    let deliveries = deliveries(events)
    #expect(deliveries.map(\.tag) == samples.map { DeliveryTag(generation: 7, number: $0.number) })
    #expect(deliveries.map(\.body) == samples.map(\.body))
    for (delivery, sample) in zip(deliveries, samples) {
      #expect(PropertyList(delivery.properties).bytes == sample.properties)
      #expect(delivery.exchange == "x" && delivery.routingKey == "key" && delivery.isRedelivered)
    }
  }

  @Test func `frames may come in two pieces, cut at any byte`() throws {
    let samples = [
      Sample(number: 1, properties: [0, 0], body: []),
      Sample(number: 2, properties: Self.headers(Self.longHeader(20)), body: Array("0123456789".utf8)),
    ]
    let heartbeat = WireFrame(kind: .heartbeat, channel: 0, payload: []).bytes
    let confirm = WireFrame(method: .basicAck, channel: 2, arguments: UInt64(9).bigEndianBytes + [1]).bytes
    let bytes = heartbeat + samples.flatMap { $0.frames(bodyFrameBytes: 4).flatMap(\.bytes) } + confirm
    for cut in 0...bytes.count {
      let events = try decode([Array(bytes[..<cut]), Array(bytes[cut...])])
      try expect(events, samples)
      guard case .settled(2, 9, true, true) = events.last else {
        Issue.record("no confirm, cut at \(cut)")
        return
      }
    }
    try expect(try decode(bytes.map { [$0] }), samples)
  }

  @Test func `any stream of messages is decoded correctly, in pieces of any size`() throws {
    for seed in UInt64(0)..<40 {
      var random = Seeded(state: seed)
      let samples = (1...UInt64(20)).map { number in
        Sample(
          number: number, properties: Self.headers(Self.longHeader(.random(in: 0...3000, using: &random))),
          body: (0..<Int.random(in: 0...3000, using: &random)).map { UInt8(truncatingIfNeeded: $0) })
      }
      var rest = samples.flatMap { $0.frames(bodyFrameBytes: .random(in: 1...1000, using: &random)).flatMap(\.bytes) }[
        ...]
      var pieces: [[UInt8]] = []
      while !rest.isEmpty {
        let piece = rest.prefix(.random(in: 1...5000, using: &random))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      try expect(try decode(pieces), samples)
    }
  }

  @Test(arguments: [131_063, 131_064, 131_065, 131_072, 131_073, 5 << 20])
  func `a header frame of any size is read`(payload: Int) throws {
    let sample = Sample(number: 3, properties: Self.headers(Self.longHeader(payload - 25)), body: [1])
    #expect(sample.frames()[1].payload.count == payload)
    try expect(try decode(sample.frames().map(\.bytes)), [sample])
  }

  @Test func `tables of any depth are kept as bytes`() throws {
    var value: [UInt8] = []
    for _ in 0..<30_000 { value = Array("A".utf8) + UInt32(value.count).bigEndianBytes + value }
    let sample = Sample(number: 3, properties: Self.headers([1] + Array("n".utf8) + value), body: [1])
    try expect(try decode(sample.frames().map(\.bytes)), [sample])
  }

  @Test(arguments: [1, 2, 3]) func `flags of no property are ignored, as by the broker`(flags: UInt8) throws {
    let sample = Sample(number: 1, properties: [0x80, flags, 1, 0x61], body: [1])
    #expect(deliveries(try decode(sample.frames().map(\.bytes))).first?.properties.contentType == "a")
  }

  @Test func `unreadable properties are reported with delivery, key and queue`() throws {
    var decoder = FrameDecoder(generation: 7, maximumFrameBytes: Self.frameBytes)
    decoder.queue = "workspace.commands"
    var events: [InboundEvent] = []
    let bytes = Sample(number: 17, properties: [0x80, 0, 9, 0x61], body: [1]).frames().flatMap(\.bytes)
    let error = try #require(
      #expect(throws: RabbitMQError.self) { try bytes.withUnsafeBytes { try decoder.decode($0, into: &events) } })
    for part in ["delivery 17", "exchange 'x'", "routing key 'key'", "queue 'workspace.commands'"] {
      #expect(error.description.contains(part))
    }
  }

  @Test(
    arguments: [
      [9, 0, 0, 0, 0, 0, 0, 0xCE],  // an unknown kind
      [8, 0, 0, 0, 0, 0, 0, 0xCF],  // a frame without its end
      [1, 0, 0, 0, 2, 0, 1],  // a method larger than a frame
      [3, 0, 1, 0, 2, 0, 1],  // a body larger than a frame
      [2, 0, 1, 0x20, 0, 0, 1],  // a header of 512 MiB and a byte
      [1, 0, 1, 0, 0, 0, 3, 0, 60, 0, 0xCE],  // a method without its number
      [1, 0, 1, 0, 0, 0, 5, 0, 60, 0, 80, 0, 0xCE],  // a confirm without its number
      [3, 0, 1, 0, 0, 0, 0, 0xCE],  // a body without a message
      Array("HTTP/1.1 400 Bad Request".utf8),
    ] as [[UInt8]]) func `anything but AMQP ends the decoding without waiting for more`(bytes: [UInt8])
  {
    let error = #expect(throws: RabbitMQError.self) { _ = try decode([bytes]) }
    guard case .protocolViolation = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `randomly changed bytes yield events or a violation, never a trap`() {
    let frames = Sample(number: 2, properties: Self.headers(Self.longHeader(40)), body: Array("0123456789".utf8))
      .frames(bodyFrameBytes: 4)
    let returned = WireFrame(
      method: MethodID(60, 50), channel: 1,
      arguments: UInt16(312).bigEndianBytes + "NO_ROUTE".shortStringBytes + "x".shortStringBytes + "k".shortStringBytes)
    let bytes = (frames + [returned] + frames.dropFirst()).flatMap(\.bytes)
    var random = Seeded(state: 11)
    var violations = 0
    for _ in 0..<20_000 {
      var changed = bytes
      for _ in 0...Int.random(in: 0...3, using: &random) {
        changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      }
      do {
        _ = try decode([changed])
      } catch RabbitMQError.protocolViolation {
        violations += 1
      } catch {
        Issue.record(error)
      }
    }
    #expect(violations > 1000)
  }
}

/// SplitMix64: the same on every run.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
