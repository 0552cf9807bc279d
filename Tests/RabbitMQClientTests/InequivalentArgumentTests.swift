import RabbitMQClient
import Testing

@Suite struct InequivalentArgumentTests {
  @Test(arguments: [
    (
      "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'q' in vhost '/': received the value 'reject-publish' of type 'longstr' but current is none",
      "x-overflow", "reject-publish", String?.none
    ),
    (
      "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received none but current is the value '5' of type 'long'",
      "x-max-length", nil, "5"
    ),
    (
      "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'e' in vhost 'v': received 'topic' but current is 'direct'",
      "type", "topic", "direct"
    ),
    (
      "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'a: received b but current is c' in vhost '/': received the value 'x' of type 'longstr' but current is the value 'y' of type 'longstr'",
      "x-dead-letter-exchange", "x", "y"
    ),
    ("PRECONDITION_FAILED - something else", nil, nil, nil),
  ])
  func `the broker's text is parsed`(text: String, argument: String?, wanted: String?, current: String?) {
    let parsed = InequivalentArgument(text: text)
    #expect(parsed.argument == argument)
    #expect(parsed.wanted == wanted)
    #expect(parsed.current == current)
    #expect(parsed.text == text)
  }
}
