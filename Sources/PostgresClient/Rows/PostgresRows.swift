/// The answer to one request, copied out of libpq: rows, and how many rows the statement affected.
package struct PostgresRows: Sendable {
  let storage: Storage
  /// Rows that an INSERT, UPDATE or DELETE changed or a SELECT returned; 0 for other statements.
  package let affectedRows: Int

  init(storage: Storage, affectedRows: Int) {
    self.storage = storage
    self.affectedRows = affectedRows
  }

  /// One buffer for the values of all rows.
  final class Storage: Sendable {
    let columns: [Column]
    let rowCount: Int
    /// Row by row.
    let cells: [Cell]
    let bytes: [UInt8]

    init(columns: [Column], rowCount: Int, cells: [Cell], bytes: [UInt8]) {
      self.columns = columns
      self.rowCount = rowCount
      self.cells = cells
      self.bytes = bytes
    }
  }

  struct Column: Sendable {
    let name: String
    let typeOID: UInt32
  }

  struct Cell: Sendable {
    let offset: Int
    /// nil for NULL.
    let length: Int?
  }

  package var columnNames: [String] { storage.columns.map(\.name) }
}

extension PostgresRows: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { storage.rowCount }

  package subscript(position: Int) -> PostgresRow {
    precondition(indices.contains(position), "row \(position) of \(storage.rowCount)")
    return PostgresRow(storage: storage, index: position)
  }
}
