import MessageContract
import Messaging
import TestFixtures
import Testing
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

@testable import Operations

@Suite struct ReplayMessageTests {
  private let reference = ReplayReference(plan: .sample(1), letter: .sample(2))

  private func message(_ change: (inout MessageProperties) -> Void) -> AMQPMessage {
    var properties = MessageProperties()
    properties.messageID = "m"
    change(&properties)
    let letter = ReplayLetter(
      id: reference.letter,
      message: AMQPMessage(exchange: "old", routingKey: "workspace.get", properties: properties, body: [1, 2]))
    return ReplayMessage.message(letter, plan: reference, to: "workspace.commands")
  }

  @Test func `body, routing key and properties stay, and the reference is added`() {
    let message = message { $0.replyTo = "me" }
    #expect(
      message.exchange == "workspace.commands" && message.routingKey == "workspace.get" && message.body == [1, 2])
    #expect(message.properties.messageID == "m" && message.properties.replyTo == "me")
    #expect(message.properties.headers?.string("x-replay") == reference.text)
  }

  private static let create = CommandType(CreateWorkspace.self)

  @Test(
    arguments: [
      ("iam.create", create, "workspace.create"), ("workspace.create", create, "workspace.create"),
      ("workspace.create.017", create, "workspace.create.017"), ("workspace.created", create, "workspace.create"),
      ("iam.create", nil, "iam.create"),
    ] as [(ShortString, CommandType?, ShortString)])
  func
    `a command that was dead-lettered from elsewhere goes out under its type, and any other letter under its own key`(
      own: ShortString, type: CommandType?, key: ShortString
    )
  {
    let letter = ReplayLetter(
      id: reference.letter,
      message: AMQPMessage(exchange: "corp", routingKey: own, properties: MessageProperties(), body: []))
    #expect(ReplayMessage.message(letter, plan: reference, to: "workspace.commands", type: type).routingKey == key)
  }

  @Test func `expiration, user id and the broker's headers are removed`() {
    let message = message { properties in
      properties.expiration = "1"
      properties.userID = "somebody"
      var headers = HeaderTable()
      for name in ["x-death", "x-first-death-queue", "mine", "x-delivery-count", "x-replay"] {
        headers.append(name, name)
      }
      properties.headers = headers
    }
    #expect(message.properties.expiration == nil && message.properties.userID == nil)
    var expected = HeaderTable()
    expected.append("mine", "mine")
    expected.append("x-replay", reference.text)
    #expect(message.properties.headers == expected)
  }

  @Test func `a reference is read as it is written, and nothing else is one`() {
    #expect(ReplayReference(reference.text) == reference)
    for text in ["", "/", "\(ULID.sample(1))", "\(ULID.sample(1))/", "\(reference.text)/x", "x/\(ULID.sample(1))"] {
      #expect(ReplayReference(text) == nil)
    }
  }
}
