package import PostgresClient
package import UnitOfWork

extension WriteSet {
  /// The statements that write it, and COMMIT, in one round trip.
  ///
  /// - Parameter queue: `<virtual host>/<queue>`: whose outgoing messages these are.
  package func requests(queue: String) -> [PostgresRequest] {
    let changes = [
      TenantsTable.insert(newTenants),
      InboxTable.insert(inbox),
      // Before updates and inserts: these may take the names that become free.
      WorkspacesTable.delete(deleted),
      WorkspacesTable.releaseNames(updated),
      WorkspacesTable.update(updated),
      WorkspacesTable.insert(inserted),
      TenantsTable.update(sequences),
      DeadLettersTable.insert(deadLetters),
      ReplayItemsTable.note(replayOutcomes),
      ParkedCommandsTable.insert(parked, queue: queue),
      OutboxTable.insert(outbox, queue: queue),
      OutboxTable.delete(confirmed, queue: queue),
    ]
    let parking = ParkedCommandsTable.change(line, queue: queue) + [BegunMessagesTable.delete(survived, queue: queue)].compactMap(\.self)
    return changes.compactMap(\.self) + parking + [.commit]
  }
}
