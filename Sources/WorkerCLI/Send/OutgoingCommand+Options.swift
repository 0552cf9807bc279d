import Operations
import StrictJSON
import WorkerRuntime
import WorkspaceDomain

extension OutgoingCommand {
  /// A command or query made from command-line options.
  ///
  /// - Parameters:
  ///   - data: a JSON object.
  ///   - id: nil for a new one.
  ///   - minimumSequence: `minsequence`, for a query.
  init(
    type: String, tenant: String, user: String?, data: String, id: String?, source: String,
    minimumSequence: String? = nil
  ) {
    let id = id ?? ULID.random(at: SystemWallClock().now()).description
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("specversion", "1.0")
      writer.member("id", id)
      writer.member("source", source)
      writer.member("type", type)
      writer.member("time", SystemWallClock().now().description)
      writer.member("tenantid", tenant)
      if let user { writer.member("userid", user) }
      if let minimumSequence { writer.member("minsequence", minimumSequence) }
      writer.member("data", (try? JSONReader.read(Array(data.utf8))) ?? .object(.empty))
    }
    self.init(type: type, id: id, body: writer.bytes)
  }
}
