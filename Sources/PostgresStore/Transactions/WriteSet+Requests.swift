package import PostgresClient
package import UnitOfWork
import WorkspaceDomain

extension WriteSet {
  /// The statements that write the set, and COMMIT, in one round trip.
  ///
  /// - Parameter queue: `<virtual host>/<queue>`: the queue that the outgoing messages belong to.
  package func requests(queue: String) -> [PostgresRequest] {
    requests(queue: queue, after: 0, identity: .sequence)
  }

  /// - Parameters:
  ///   - last: the highest outbox id known to have been assigned.
  ///   - identity: where the ids of new rows come from.
  func requests(queue: String, after last: Int64, identity: IdentitySource) -> [PostgresRequest] {
    let changes = [
      TenantsTable.insert(newTenants),
      InboxTable.insert(inbox),
      InboxTable.replace(replacedInbox),
      // Roles first: they refer to everything else.
      RolesTables.remove(removedRoles, on: .workspace),
      RolesTables.remove(removedRoles, on: .group),
      RolesTables.remove(removedRoles, on: .tenant),
      // Before updates and inserts, which may take the names that become free.
      GroupsTable.delete(deletedGroups),
      GroupsTable.releaseNames(updatedGroups),
      GroupsTable.update(updatedGroups),
      GroupsTable.insert(insertedGroups),
      WorkspacesTable.delete(deleted),
      WorkspacesTable.releaseNames(updated),
      WorkspacesTable.update(updated),
      WorkspacesTable.insert(inserted),
      RolesTables.set(setRoles, on: .tenant),
      RolesTables.set(setRoles, on: .group),
      RolesTables.set(setRoles, on: .workspace),
      TenantsTable.update(sequences),
      DeadLettersTable.insert(deadLetters),
      DeadLettersTable.noteAcknowledged(acknowledgedLetters),
      ReplayItemsTable.note(replayOutcomes),
      ParkedCommandsTable.insert(parked, queue: queue, identity: identity),
      // After every statement that may wait for other transactions, so that ids follow the order of commits.
      RelationshipChangesTable.insert(relationships, identity: identity),
      OutboxTable.insert(outgoing, queue: queue, after: last, identity: identity),
      OutboxTable.delete(confirmed, queue: queue),
    ]
    let parking =
      ParkedCommandsTable.change(line, queue: queue)
      + [FatalMessagesTable.delete(survived, queue: queue)].compactMap(\.self)
    return changes.compactMap(\.self) + parking + [.commit]
  }
}
