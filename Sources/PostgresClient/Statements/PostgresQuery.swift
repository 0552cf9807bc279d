/// The text of one statement with its values in it: `"select name from workspaces where id = \(id)"`.
///
/// What is interpolated is a value, never text: it becomes a parameter of the statement (`$1`), sent in binary format
/// with its type. A nil optional becomes NULL; an array becomes a one-dimensional PostgreSQL array; a query becomes
/// part of this one, with its values. Only `\(raw:)` becomes text: for what the program itself supplies, such as a list
/// of columns that several statements share, never for outside input.
package struct PostgresQuery: Sendable, ExpressibleByStringInterpolation {
  /// With `$1`, `$2`, … for the values.
  package private(set) var sql: String
  private(set) var parameters = PostgresParameters()
  private var references: [Reference] = []

  /// A place in the text that holds the number of a parameter.
  private struct Reference {
    /// The offset of the `$`, in bytes of UTF-8.
    let offset: Int
    let number: Int
  }

  package init(stringLiteral sql: String) { self.sql = sql }

  package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.query }

  /// Concatenates queries, with `separator` between them.
  package init(joining queries: [PostgresQuery], with separator: String) {
    self.init(stringLiteral: "")
    for (place, query) in queries.enumerated() {
      if place > 0 { sql += separator }
      append(query)
    }
  }

  package struct StringInterpolation: StringInterpolationProtocol, Sendable {
    fileprivate private(set) var query: PostgresQuery
    private var shared: [ObjectIdentifier: Int] = [:]

    package init(literalCapacity: Int, interpolationCount: Int) {
      query = PostgresQuery(stringLiteral: "")
      query.reserveCapacity(literalCapacity, interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { query.sql += literal }

    package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
      query.parameters.append(value)
      query.refer(to: query.parameters.count)
    }

    package mutating func appendInterpolation<Element: PostgresEncodable>(_ elements: [Element]) {
      query.parameters.append(array: elements)
      query.refer(to: query.parameters.count)
    }

    /// An array in which nil stands for NULL.
    package mutating func appendInterpolation<Element: PostgresEncodable>(_ elements: [Element?]) {
      query.parameters.append(array: elements)
      query.refer(to: query.parameters.count)
    }

    /// A value that occurs in the statement more than once, and is sent once.
    package mutating func appendInterpolation<Element>(_ array: SharedArray<Element>) {
      if let number = shared[ObjectIdentifier(array)] { return query.refer(to: number) }
      query.parameters.append(array: array.elements)
      shared[ObjectIdentifier(array)] = query.parameters.count
      query.refer(to: query.parameters.count)
    }

    /// A part of the statement.
    package mutating func appendInterpolation(_ part: PostgresQuery) { query.append(part) }

    package mutating func appendInterpolation(raw text: String) { query.sql += text }
  }

  private mutating func reserveCapacity(_ literals: Int, _ values: Int) {
    sql.reserveCapacity(literals + 3 * values)
    references.reserveCapacity(values)
  }

  private mutating func refer(to number: Int) {
    references.append(Reference(offset: sql.utf8.count, number: number))
    sql += "$"
    sql += String(number)
  }

  /// Appends a query; its parameters are numbered after the existing ones.
  private mutating func append(_ part: PostgresQuery) {
    let before = parameters.count
    parameters.append(contentsOf: part.parameters)
    var position = part.sql.startIndex
    for reference in part.references {
      let mark = part.sql.utf8.index(part.sql.startIndex, offsetBy: reference.offset)
      sql += part.sql[position..<mark]
      refer(to: before + reference.number)
      position = part.sql.utf8.index(mark, offsetBy: 1 + String(reference.number).utf8.count)
    }
    sql += part.sql[position...]
  }
}

/// An array that a statement refers to several times, sent as one parameter.
package final class SharedArray<Element: PostgresEncodable>: Sendable {
  fileprivate let elements: [Element]

  package init(_ elements: [Element]) { self.elements = elements }
}
