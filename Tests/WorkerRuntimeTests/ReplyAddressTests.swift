import Messaging
import Testing

@testable import WorkerRuntime

@Suite struct ReplyAddressTests {
  @Test(
    arguments: [
      ("mine", "mine"), ("/queues/mine", "mine"), ("/queues/a%20b%2Fc", "a b/c"), ("/queues/gr%C3%BCn", "grün"),
      ("/queues/a/b", "a/b"),
      ("/queue/mine", "/queue/mine"), ("/exchanges/e/k", "/exchanges/e/k"), ("queues/mine", "queues/mine"),
    ] as [(ShortString, String)])
  func `a queue is identified by its name and by its AMQP 1.0 address`(address: ShortString, name: String) {
    #expect(ReplyAddress.queue(of: address)?.text == name)
  }

  @Test(
    arguments: [
      "", "/queues/", "/queues/%", "/queues/%2", "/queues/%zz", "/queues/%+1", "amq.rabbitmq.reply-to.x",
      "/queues/amq.rabbitmq.reply-to.x",
    ] as [ShortString])
  func `anything that names no queue, or one that may not be published to, is not an address`(address: ShortString) {
    #expect(ReplyAddress.queue(of: address) == nil)
  }
}
