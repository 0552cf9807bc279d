import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// What a batch sends: results and events, singly or in batches, and replies.
extension BatchRun {
  mutating func send(_ result: EncodedMessage, of message: ReceivedMessage, commandID: String?, sequence: Int64? = nil)
  {
    let messages = environment.messages.result(
      result, of: message.properties, isElement: message.element != nil, commandID: commandID, sequence: sequence)
    for message in messages { writeSet.send(message) }
    if environment.messages.forms.results.hasBatches { batched.results.append(result) }
    note(.result(id: result.id.description, body: result.body), to: message)
  }

  mutating func publish(_ event: EncodedMessage) {
    let messages = environment.messages
    if messages.forms.events.hasSingles { writeSet.send(messages.event(event)) }
    if messages.forms.events.hasBatches { batched.events.append(event) }
  }

  mutating func publishBatches() {
    let (messages, now) = (environment.messages, environment.clock.now())
    for batch in messages.batches(ofResults: batched.results, at: now) { writeSet.send(batch) }
    for batch in messages.batches(ofEvents: batched.events, at: now) { writeSet.send(batch) }
  }

  mutating func note(_ answer: BatchReply.Answer, to message: ReceivedMessage) {
    guard let element = message.element else { return }
    if batchAnswers.last?.reply !== element.reply {
      batchAnswers.append(BatchAnswers(properties: message.properties, reply: element.reply))
    }
    batchAnswers[batchAnswers.count - 1].answers[element.place] = answer
  }

  /// Sends the replies that are complete now, after all other messages.
  mutating func answerBatches() {
    for batch in batchAnswers {
      for part in batch.reply.parts(with: batch.answers) {
        if let reply = environment.messages.reply(part, to: batch.properties, at: environment.clock.now()) {
          writeSet.send(reply)
        }
      }
    }
  }
}
