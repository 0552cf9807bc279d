import TestFixtures
import Testing
import WorkspaceDomain

@Suite struct ULIDTests {
  @Test func `the specification's example has its original time`() throws {
    let id = try #require(ULID("01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    #expect(id.milliseconds == 1_469_922_850_259)
    #expect(id.description == "01ARZ3NDEKTSV4RRFFQ69G5FAV")
  }

  @Test(arguments: [
    ("00000000000000000000000000", UInt64(0), UInt16(0), UInt64(0)),
    ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", ULID.maximumMilliseconds, .max, .max),
    ("0000000000000000000000000Z", 0, 0, 31),
    ("00000000010000000000000000", 1, 0, 0),
    ("00000000000001000000000000", 0, 0, 1 << 60),
    ("0000000000000G000000000000", 0, 1, 0),
  ])
  func `the smallest and the largest id`(text: String, milliseconds: UInt64, high: UInt16, low: UInt64) {
    let id = ULID(milliseconds: milliseconds, randomness: .init(high: high, low: low))
    #expect(id.description == text)
    #expect(ULID(text) == id)
    #expect(id.milliseconds == milliseconds)
    #expect(id.randomness == .init(high: high, low: low))
  }

  @Test(arguments: [
    "01arz3ndektsv4rrffq69g5fav", "01ArZ3NdEkTsV4rRfFq69g5FaV",
  ])
  func `lower and mixed case are the same id, written in upper case`(text: String) {
    #expect(ULID(text)?.description == "01ARZ3NDEKTSV4RRFFQ69G5FAV")
  }

  @Test(arguments: [
    "", "0", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVV",
    " 01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FA\n", "01ARZ3NDEKTSV4RRFFQ69G5FA\0",
    "01ARZ3NDEKTSV4RRFFQ69G5FAI", "01ARZ3NDEKTSV4RRFFQ69G5FAL", "01ARZ3NDEKTSV4RRFFQ69G5FAO",
    "01ARZ3NDEKTSV4RRFFQ69G5FAU", "01ARZ3NDEKTSV4RRFFQ69G5FAi", "01ARZ3NDEKTSV4RRFFQ69G5FA-",
    "01ARZ3NDEKTSV4RRFFQ69G5FÄ", "01ARZ3NDEKTSV4RRFFQ69G5FAÄ", "０1ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5FA@", "01ARZ3NDEKTSV4RRFFQ69G5FA[", "01ARZ3NDEKTSV4RRFFQ69G5FA`",
    "01ARZ3NDEKTSV4RRFFQ69G5FA{", "01ARZ3NDEKTSV4RRFFQ69G5FA/", "01ARZ3NDEKTSV4RRFFQ69G5FA:",
    "01arz3nd-ekts-v4rr-ffq6-9g", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  ])
  func `anything but a ULID is refused`(text: String) {
    #expect(ULID(text) == nil)
  }

  @Test(arguments: Array("89ABCDEFGHJKMNPQRSTVWXYZabyz"))
  func `an id that does not fit 128 bits is refused`(first: Character) {
    #expect(ULID("\(first)ZZZZZZZZZZZZZZZZZZZZZZZZZ") == nil)
    #expect(ULID("\(first)0000000000000000000000000") == nil)
  }

  @Test func `every byte that is not a symbol is refused, at every place`() {
    let symbols = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz".utf8)
    let template = Array("01ARZ3NDEKTSV4RRFFQ69G5FAV".utf8)
    for byte in UInt8.min...UInt8.max {
      for place in 1..<ULID.length {
        var text = template
        text[place] = byte
        #expect(
          (ULID(String(decoding: text, as: UTF8.self)) != nil) == symbols.contains(byte), "byte \(byte) at \(place)")
      }
    }
  }

  @Test func `ids sort like their texts, and a text is read back as its id`() throws {
    var random = SeededRandom(seed: 1)
    let ids = (0..<2000).map { number in
      // Few bits differ, so that each part of an id decides the order now and then.
      ULID(
        milliseconds: number % 3 == 0 ? random.next() >> 16 : 1 << 40 + random.next() % 3,
        randomness: .init(high: number % 2 == 0 ? random.next() : 7, low: random.next()))
    }
    #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    for id in ids {
      #expect(ULID(id.description) == id)
      #expect(ULID(id.description.lowercased()) == id)
    }
  }

  @Test func `an identifier of one kind has the text of its ULID, and is refused like it`() {
    #expect(TenantID("01arz3ndektsv4rrffq69g5fav")?.description == "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    #expect(TenantID("8ZZZZZZZZZZZZZZZZZZZZZZZZZ") == nil)
    #expect(WorkspaceID.sample(1) < .sample(2))
  }
}
