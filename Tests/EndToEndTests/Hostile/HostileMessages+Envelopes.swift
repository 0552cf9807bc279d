import EndToEndSupport
import Messaging

extension HostileMessage {
  private static let valid = CommandParts()
  private static let failed = "workspace.create.failed"

  private static func text(_ length: Int) -> String { "\"" + String(repeating: "x", count: length) + "\"" }

  /// JSON that isn't an envelope, or an envelope with an invalid attribute.
  static let envelopes: [HostileMessage] = {
    let without = ["[]", "\"text\"", "null", "42", "true", "{}"].map {
      HostileMessage("the body \($0)", $0, "invalid_envelope")
    }
    // Without a readable id nobody can tell which command failed.
    let ids = [nil, "null", "5", #""""#, text(129), #""a\u0000b""#, #""a\nb""#, "[]", #"{"id":"x"}"#].map {
      HostileMessage("the id \($0 ?? "missing")", valid.with("id", $0).text, "invalid_envelope")
    }
    let types = [nil, "null", "5", #""""#, text(256), #""a\tb""#].map {
      HostileMessage(
        "the type \($0 ?? "missing")", valid.with("type", $0).text, "invalid_envelope", result: "command.failed")
    }
    let others: [(String, [String?])] = [
      ("specversion", [nil, "null", "1.0", #""0.3""#, #""1.0 ""#]),
      ("source", [nil, "7", #""""#, text(257), #""a b""#, #""/é""#, #""/%zz""#, #""/a\u0000""#]),
      (
        "tenantid",
        [
          nil, "null", "7", #""""#, #""01KAQVM607ZAB5RRB146VH73J""#, #""01KAQVM607ZAB5RRB146VH73JNN""#,
          #""81KAQVM607ZAB5RRB146VH73JN""#, #""01KAQVM607ZAB5RRB146VH73JI""#, #""01KAQVM607ZAB5RRB146VH73J ""#,
          #""０1KAQVM607ZAB5RRB146VH73JN""#, "{}",
        ]
      ),
      (
        "userid", ["7", #""""#, text(256), #""a\u0007""#, "[]", "true", #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#]
      ),
      ("time", ["7", #""yesterday""#, #""2026-02-30T08:00:00Z""#, #""2026-11-23""#, #""2026-11-23T08:00:00""#]),
      ("traceparent", ["7"]), ("tracestate", ["{}"]),
    ]
    let rest = others.flatMap { name, values in
      values.map {
        HostileMessage("the \(name) \($0 ?? "missing")", valid.with(name, $0).text, "invalid_envelope", result: failed)
      }
    }
    return without + ids + types + rest
  }()

  /// Envelopes that aren't commands.
  static let unknownTypes: [HostileMessage] =
    [
      "workspace.merge", "workspace.create.succeeded", "Workspace.Create", "workspace.create ", "wörkspace.create",
      "*.#", "\u{1F4A5}",
    ].map { type in
      HostileMessage(
        "the type '\(type)'", valid.with("type", "\"\(type)\"").text, "unknown_command_type", result: "\(type).failed")
    } + [
      HostileMessage(
        "a type that leaves no room in a routing key", valid.with("type", text(249)).text, "unknown_command_type",
        result: "command.failed")
    ]

  /// Commands whose data has the wrong shape.
  static let wrongData: [HostileMessage] = {
    let id = Command.newID()
    let data: [(String, [String])] = [
      (
        "create_root",
        ["[]", "\"text\"", "7", "false", #"{"name":7}"#, #"{"name":["a"]}"#, #"{"workspace_id":"short"}"#]
      ),
      (
        "create",
        [
          "{}", #"{"name":"a"}"#, #"{"parent_workspace_id":"\#(id)"}"#,
          #"{"name":null,"parent_workspace_id":"\#(id)"}"#,
          #"{"name":"a","parent_workspace_id":7}"#, #"{"name":"a","parent_workspace_id":"\#(id)I"}"#,
          #"{"name":"a","parent_workspace_id":"\#(id)","workspace_id":[]}"#,
          #"{"name":"a","parent_workspace_id":"\#(id)","workspace_id":""}"#,
        ]
      ),
      ("rename", ["{}", #"{"workspace_id":"\#(id)"}"#, #"{"name":"a"}"#, #"{"workspace_id":"\#(id)","name":{}}"#]),
      ("delete", ["{}", #"{"workspace_id":7}"#]),
      ("get", ["{}", #"{"workspace_id":"OOOOOOOOOOOOOOOOOOOOOOOOOO"}"#]),
      (
        "list",
        [
          #"{"limit":0}"#, #"{"limit":501}"#, #"{"limit":1.5}"#, #"{"limit":"5"}"#, #"{"limit":-1}"#,
          #"{"limit":1e400}"#,
          #"{"limit":99999999999999999999999999}"#, #"{"limit":[]}"#, #"{"limit":true}"#, #"{"after":7}"#,
          #"{"after":"x"}"#,
        ]
      ),
    ]
    return data.flatMap { type, values in
      values.map { value in
        HostileMessage(
          "\(type) with \(value)", valid.with("type", "\"workspace.\(type)\"").with("data", value).text, "invalid_data",
          result: "workspace.\(type).failed")
      }
    }
  }()
}
