import Crypto
import WorkspaceDomain

/// What must be equal for two messages of one key to be the same command: type, tenant and data by value. The order of
/// keys, white space, and attributes such as `time` don't matter.
enum Fingerprint {
  static func of(type: CommandType, tenantID: TenantID, data: JSONObject) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("type", type.rawValue)
      writer.member("tenantid", tenantID.ulid)
      // Members are sorted and numbers have one spelling: equal values have equal bytes.
      writer.member("data", .object(data))
    }
    return Array(SHA256.hash(data: writer.bytes))
  }
}
