/// The supported types of parameters and columns, by their OIDs in `pg_type`, which never change.
package enum PostgresType: UInt32, Sendable {
  case bool = 16
  case bytea = 17
  case int8 = 20
  case int4 = 23
  case text = 25
  case timestamptz = 1184
  case boolArray = 1000
  case byteaArray = 1001
  case int4Array = 1007
  case textArray = 1009
  case int8Array = 1016
  case timestamptzArray = 1185
}
