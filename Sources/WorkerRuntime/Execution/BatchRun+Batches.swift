import MessageContract
import Messaging
import UnitOfWork
import WorkspaceApplication
import WorkspaceDomain

/// What is sent in batches: results, events and replies.
extension BatchRun {
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
