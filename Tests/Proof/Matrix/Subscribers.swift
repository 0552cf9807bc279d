import EndToEndSupport
import Messaging
import TestSupport

/// The subscribers to what the workers publish, on durable queues.
struct Subscribers: Sendable {
  let results: DurableSubscription
  let replies: DurableSubscription
  let events: DurableSubscription

  init(to traffic: Traffic, on host: VirtualHost) async throws {
    results = try await DurableSubscription("proof.results", to: traffic.resultsExchange, on: host)
    replies = try await DurableSubscription("proof.replies", to: nil, on: host)
    events = try await DurableSubscription("proof.events", to: traffic.eventsExchange, on: host)
  }

  /// Waits until every command has its result, its reply and its event.
  func haveAll(of workload: Workload, within limit: Duration) async throws {
    let (commands, changes) = (workload.steps.count, workload.steps.count { !$0.changes.isEmpty })
    for (subscription, count) in [(results, commands), (replies, commands), (events, changes)] {
      try await Patience.wait(for: "\(count) commands in \(subscription.queue.text ?? "")", limit) {
        _ = try await subscription.record.wait { $0.commands.count >= count }
      }
    }
  }

  /// Everything that was published.
  func gather(into evidence: inout Evidence) async throws {
    evidence.results = try await results.everything().map(Evidence.Message.init)
    evidence.replies = try await replies.everything().map(Evidence.Message.init)
    evidence.events = try await events.everything().map(Evidence.Message.init)
    evidence.changedBatches = [results, replies, events].flatMap(\.record.value.changedBatches)
  }

  func close() async {
    for subscription in [results, replies, events] { await subscription.close() }
  }
}
