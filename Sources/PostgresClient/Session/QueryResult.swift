import CLibPQ

/// A `PGresult`, freed with its last reference.
final class QueryResult {
  private let result: OpaquePointer

  /// Takes over `result`.
  init(_ result: OpaquePointer) { self.result = result }

  deinit { PQclear(result) }

  enum Status {
    case success
    case failure
    /// Not run: an earlier request in the pipeline failed.
    case skipped
    case endOfPipeline
    /// COPY, or something that a later libpq may add.
    case unexpected
  }

  var status: Status {
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: .success
    case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: .failure
    case PGRES_PIPELINE_ABORTED: .skipped
    case PGRES_PIPELINE_SYNC: .endOfPipeline
    default: .unexpected
    }
  }

  /// What the server says about a failure.
  var error: ServerError? { status == .failure ? ServerError(result) : nil }

  /// Copies all values out.
  func rows() -> PostgresRows {
    let columns = (0..<PQnfields(result)).map { column in
      PostgresRows.Column(name: String(cString: PQfname(result, column)), typeOID: PQftype(result, column))
    }
    let rowCount = Int(PQntuples(result))
    var cells: [PostgresRows.Cell] = []
    cells.reserveCapacity(rowCount * columns.count)
    var bytes: [UInt8] = []
    for row in 0..<Int32(rowCount) {
      for column in 0..<Int32(columns.count) {
        let length = PQgetisnull(result, row, column) == 0 ? Int(PQgetlength(result, row, column)) : nil
        cells.append(PostgresRows.Cell(offset: bytes.count, length: length))
        guard let length, let value = PQgetvalue(result, row, column) else { continue }
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
      }
    }
    return PostgresRows(
      storage: PostgresRows.Storage(columns: columns, rowCount: rowCount, cells: cells, bytes: bytes),
      affectedRows: Int(String(cString: PQcmdTuples(result))) ?? 0)
  }
}
