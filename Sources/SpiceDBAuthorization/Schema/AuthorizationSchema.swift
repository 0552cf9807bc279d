/// The types, relations and permissions in SpiceDB: https://authzed.com/docs/spicedb/concepts/schema
package enum AuthorizationSchema {
  /// The schema's text, for SchemaService.WriteSchema.
  package static var text: String { String(decoding: PackageResources.schema_zed, as: UTF8.self) }
}
