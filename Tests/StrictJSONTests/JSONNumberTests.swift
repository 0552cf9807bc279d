import TestFixtures
import Testing

@testable import StrictJSON

@Suite struct JSONNumberTests {
  private func number(_ text: String) throws -> JSONNumber {
    guard case .number(let number) = try JSONReader.read(Array(text.utf8)) else { throw NotANumber() }
    return number
  }

  private struct NotANumber: Error {}

  @Test(
    arguments: [
      ["0", "-0", "0.0", "-0.000", "0e5", "0E-7", "0e1000000"],
      ["1", "1.0", "1.000", "10e-1", "0.1e1", "0.001E+3", "1e0", "1e-0", "1000000e-6"],
      ["-1", "-1.0", "-10e-1"], ["100", "1e2", "1.00e2", "0.1e3", "100.0"], ["1.5", "15e-1", "0.15e1", "1.50"],
      ["12345678901234567890123", "12345678901234567890123.0", "1.2345678901234567890123e22"],
      ["1e1000000", "10e999999", "1E+1000000"], ["1e-999999", "10e-1000000", "0.1e-999998"],
    ] as [[String]])
  func `numbers of equal value are one number with one spelling`(spellings: [String]) throws {
    let numbers = try spellings.map(number)
    #expect(Set(numbers).count == 1)
    #expect(Set(numbers.map(\.canonicalText)).count == 1)
    #expect(try number(numbers[0].canonicalText) == numbers[0], "the canonical spelling is the same number")
  }

  @Test(arguments: [
    ("1", "-1"), ("1", "1.0000000000000000000000000000000000000000000001"), ("0.1", "0.10000000000000000000001"),
    ("9007199254740992", "9007199254740993"), ("1e400", "1e401"), ("1e-400", "0"), ("10", "100"), ("1e5", "1e-5"),
    ("123456789012345678901234567890123456789012", "123456789012345678901234567890123456789013"),
  ])
  func `numbers of different values are different, however close`(one: String, other: String) throws {
    #expect(try number(one) != number(other))
    #expect(try number(one).canonicalText != number(other).canonicalText)
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("1", 1), ("-17", -17), ("500.0", 500), ("5e2", 500), ("5000e-1", 500), ("1.5", nil),
      ("15e-1", nil),
      ("0.5", nil), ("999999999999999999", 999_999_999_999_999_999), ("1e17", 100_000_000_000_000_000), ("1e18", nil),
      ("-999999999999999999", -999_999_999_999_999_999), ("9223372036854775808", nil), ("1e1000000", nil),
      ("1e-1000000", nil),
      ("100000000000000000000e-18", 100),
    ] as [(String, Int?)])
  func `a whole number is read from any spelling; anything else, or one out of range, is nil`(text: String, value: Int?)
    throws
  {
    #expect(try number(text).integer == value)
  }

  @Test(arguments: [
    "1e1000001", "1e-1000001", "0e1000001", "1e99999999999999999999999999", "-1E+1000001", "1e-99999999999999999999",
    "10e1000000", "0.1e-1000000",
  ])
  func `an exponent of more than a million is out of range, and is not evaluated`(text: String) {
    #expect(throws: JSONReader.Problem.numberOutOfRange) { try JSONReader.read(Array(text.utf8)) }
  }

  @Test func `a hundred thousand digits are read exactly`() throws {
    let digits = String(repeating: "7", count: 100_000)
    #expect(try number(digits + ".0") == number(digits))
    #expect(try number(digits + "1") != number(digits + "2"))
    #expect(try number("0." + String(repeating: "0", count: 100_000) + "1").integer == nil)
    #expect(try number("0.0" + String(repeating: "0", count: 100_000)).integer == 0)
  }

  @Test func `shifting the point and the exponent against each other is the same number`() throws {
    var random = SeededRandom(seed: 6)
    for _ in 0..<500 {
      let value = Int.random(in: 1...999_999_999, using: &random)
      let shift = Int.random(in: 0...12, using: &random)
      let zeros = String(repeating: "0", count: shift)
      #expect(try number("\(value)\(zeros)e-\(shift)").integer == value)
      #expect(try number("\(value)\(zeros)").canonicalText == number("\(value)e\(shift)").canonicalText)
      #expect(try number("0.\(zeros)\(value)") == number("\(value)e-\(shift + String(value).count)"))
    }
  }
}
