import MessageContract
import Messaging
import StrictJSON
import TestFixtures
import Testing
import WorkspaceApplication
import WorkspaceDomain

/// Where queries differ from commands.
@Suite struct QueryDecoderTests {
  private func decode(_ sample: SampleCommand) throws(InvalidCommand) -> DecodedQuery {
    try QueryDecoder().decode(sample.bytes, MessageProperties())
  }

  private func refusal(of sample: SampleCommand) -> InvalidCommand? {
    do throws(InvalidCommand) {
      _ = try decode(sample)
      return nil
    } catch {
      return error
    }
  }

  @Test func `queries have the names of the contract`() {
    #expect(
      Set(CommandType.queries.map(\.rawValue)) == [
        "workspace.get", "workspace.list", "workspace.list_members", "group.get", "group.list", "group.list_members",
        "tenant.list_members", "access.check", "workspace.children", "workspace.ancestors", "workspace.find",
      ])
  }

  @Test func `a query is read by the rules of the command of the same name`() throws {
    let query = try decode(SampleCommand().with("userid", "\"alice\""))
    #expect(query.query.isEqual(to: .get(id: try #require(WorkspaceID(SampleCommand.workspace)))))
    #expect(query.context.userID == "alice" && query.minimumSequence == nil)
    #expect(refusal(of: SampleCommand().with("tenantid", nil))?.reason == .invalidEnvelope)
    #expect(refusal(of: SampleCommand(data: "{}"))?.reason == .invalidData)
  }

  @Test(arguments: CommandType.allCases.map(\.rawValue))
  func `a command that changes something is no query, and a query-only type is no command`(type: String) {
    let isQuery = CommandType.queries.map(\.rawValue).contains(type)
    #expect((refusal(of: SampleCommand(type))?.reason == .unknownCommandType) == !isQuery)
    #expect(SampleCommand("workspace.children").refusal?.reason == .unknownCommandType)
  }

  @Test(
    arguments: [
      ("\"0\"", 0), ("\"17\"", 17), ("\"0017\"", 17), ("\"9223372036854775807\"", .max),
      ("\"9223372036854775808\"", .max), ("null", nil),
      (nil, nil),
    ] as [(String?, Int64?)])
  func `the requested sequence`(value: String?, expected: Int64?) throws {
    #expect(try decode(SampleCommand().with("minsequence", value)).minimumSequence == expected)
  }

  @Test(arguments: ["17", "\"\"", "\"-1\"", "\"+1\"", "\"1.0\"", "\" 1\"", "\"\u{0661}\"", "[]", "true"])
  func `anything but a string of digits is an invalid envelope`(value: String) {
    let refusal = refusal(of: SampleCommand().with("minsequence", value))
    #expect(refusal?.reason == .invalidEnvelope && refusal?.detail.contains("minsequence") == true)
    #expect(refusal?.envelope.id == "c-1")
    #expect(SampleCommand().with("minsequence", value).refusal == nil, "a command has no such attribute")
  }

  @Test func `an access list applies`() throws {
    let list = AccessList([.init(user: "portal", types: ["workspace.find"], tenants: ["*"])])
    let decoder = QueryDecoder(access: list)
    for (user, type, isPermitted) in [
      ("portal", "workspace.find", true), ("portal", "workspace.get", false), ("other", "workspace.find", false),
    ] {
      var properties = MessageProperties()
      properties.userID = ShortString(user)
      let sample = SampleCommand(type, data: "{\"name\":\"n\",\"workspace_id\":\"\(SampleCommand.workspace)\"}")
      let reason = { () -> DeadLetterReason? in
        do throws(InvalidCommand) {
          _ = try decoder.decodePermitted(sample.bytes, properties)
          return nil
        } catch {
          return error.reason
        }
      }()
      #expect(reason == (isPermitted ? nil : .forbiddenSender))
    }
  }

  @Test func `the answer shows a sequence; a command's result has none`() throws {
    let query = try decode(SampleCommand())
    let answer = ResultEncoder.encode(
      .failure(Rejection(code: .workspaceNotFound, message: "m")), of: query, sequence: 17, id: .sample(1), at: .sample)
    #expect(answer.type == "workspace.get.rejected")
    #expect(String(decoding: answer.body, as: UTF8.self).contains("\"sequence\":\"17\""))
    let result = ResultEncoder.encode(
      .failure(Rejection(code: .workspaceNotFound, message: "m")), of: try SampleCommand().decoded(), id: .sample(1),
      at: .sample)
    #expect(!String(decoding: result.body, as: UTF8.self).contains("sequence"))
  }
}
