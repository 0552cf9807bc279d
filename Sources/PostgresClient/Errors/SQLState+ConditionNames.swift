extension SQLState {
  package static let connectionException = SQLState(literal: "08000")
  package static let connectionFailure = SQLState(literal: "08006")
  package static let protocolViolation = SQLState(literal: "08P01")
  package static let featureNotSupported = SQLState(literal: "0A000")
  package static let characterNotInRepertoire = SQLState(literal: "22021")
  package static let stringDataRightTruncation = SQLState(literal: "22001")
  package static let divisionByZero = SQLState(literal: "22012")
  package static let invalidTextRepresentation = SQLState(literal: "22P02")
  package static let notNullViolation = SQLState(literal: "23502")
  package static let foreignKeyViolation = SQLState(literal: "23503")
  package static let uniqueViolation = SQLState(literal: "23505")
  package static let checkViolation = SQLState(literal: "23514")
  package static let activeSQLTransaction = SQLState(literal: "25001")
  package static let readOnlySQLTransaction = SQLState(literal: "25006")
  package static let inFailedSQLTransaction = SQLState(literal: "25P02")
  package static let idleInTransactionSessionTimeout = SQLState(literal: "25P03")
  package static let invalidSQLStatementName = SQLState(literal: "26000")
  package static let invalidAuthorizationSpecification = SQLState(literal: "28000")
  package static let invalidPassword = SQLState(literal: "28P01")
  package static let invalidCatalogName = SQLState(literal: "3D000")
  package static let serializationFailure = SQLState(literal: "40001")
  package static let deadlockDetected = SQLState(literal: "40P01")
  package static let insufficientPrivilege = SQLState(literal: "42501")
  package static let syntaxError = SQLState(literal: "42601")
  package static let undefinedColumn = SQLState(literal: "42703")
  package static let datatypeMismatch = SQLState(literal: "42804")
  package static let undefinedFunction = SQLState(literal: "42883")
  package static let undefinedTable = SQLState(literal: "42P01")
  package static let insufficientResources = SQLState(literal: "53000")
  package static let diskFull = SQLState(literal: "53100")
  package static let outOfMemory = SQLState(literal: "53200")
  package static let tooManyConnections = SQLState(literal: "53300")
  package static let lockNotAvailable = SQLState(literal: "55P03")
  package static let queryCanceled = SQLState(literal: "57014")
  package static let adminShutdown = SQLState(literal: "57P01")
  package static let crashShutdown = SQLState(literal: "57P02")
  package static let cannotConnectNow = SQLState(literal: "57P03")
  package static let databaseDropped = SQLState(literal: "57P04")
  package static let idleSessionTimeout = SQLState(literal: "57P05")
  package static let ioError = SQLState(literal: "58030")
  package static let raiseException = SQLState(literal: "P0001")
  package static let internalError = SQLState(literal: "XX000")
  package static let dataCorrupted = SQLState(literal: "XX001")
  package static let indexCorrupted = SQLState(literal: "XX002")

  static let conditionNames: [SQLState: String] = [
    connectionException: "connection_exception",
    connectionFailure: "connection_failure",
    protocolViolation: "protocol_violation",
    featureNotSupported: "feature_not_supported",
    characterNotInRepertoire: "character_not_in_repertoire",
    stringDataRightTruncation: "string_data_right_truncation",
    divisionByZero: "division_by_zero",
    invalidTextRepresentation: "invalid_text_representation",
    notNullViolation: "not_null_violation",
    foreignKeyViolation: "foreign_key_violation",
    uniqueViolation: "unique_violation",
    checkViolation: "check_violation",
    activeSQLTransaction: "active_sql_transaction",
    readOnlySQLTransaction: "read_only_sql_transaction",
    inFailedSQLTransaction: "in_failed_sql_transaction",
    idleInTransactionSessionTimeout: "idle_in_transaction_session_timeout",
    invalidSQLStatementName: "invalid_sql_statement_name",
    invalidAuthorizationSpecification: "invalid_authorization_specification",
    invalidPassword: "invalid_password",
    invalidCatalogName: "invalid_catalog_name",
    serializationFailure: "serialization_failure",
    deadlockDetected: "deadlock_detected",
    insufficientPrivilege: "insufficient_privilege",
    syntaxError: "syntax_error",
    undefinedColumn: "undefined_column",
    datatypeMismatch: "datatype_mismatch",
    undefinedFunction: "undefined_function",
    undefinedTable: "undefined_table",
    insufficientResources: "insufficient_resources",
    diskFull: "disk_full",
    outOfMemory: "out_of_memory",
    tooManyConnections: "too_many_connections",
    lockNotAvailable: "lock_not_available",
    queryCanceled: "query_canceled",
    adminShutdown: "admin_shutdown",
    crashShutdown: "crash_shutdown",
    cannotConnectNow: "cannot_connect_now",
    databaseDropped: "database_dropped",
    idleSessionTimeout: "idle_session_timeout",
    ioError: "io_error",
    raiseException: "raise_exception",
    internalError: "internal_error",
    dataCorrupted: "data_corrupted",
    indexCorrupted: "index_corrupted",
  ]
}
