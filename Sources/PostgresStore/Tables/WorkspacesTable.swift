import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `workspaces`: every tenant's tree. Writing.
enum WorkspacesTable {
  /// Parents and children may come in any order, and existing workspaces may move below new ones: foreign keys to
  /// parents are checked at the end of the transaction.
  static func insert(_ workspaces: [Workspace]) -> PostgresRequest? {
    guard !workspaces.isEmpty else { return nil }
    return PostgresRequest(
      "workspaces_insert",
      """
      insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
      select * from unnest(
        \(workspaces.map(\.id)), \(workspaces.map(\.tenantID)), \(workspaces.map(\.name)), \(workspaces.map(\.parentID)),
        \(workspaces.map(\.createdAt)), \(workspaces.map(\.updatedAt)), \(workspaces.map(\.version)))
      """)
  }

  static func delete(_ workspaces: [WriteSet.Versioned<WorkspaceID>]) -> PostgresRequest? {
    guard !workspaces.isEmpty else { return nil }
    let ids = SharedArray(workspaces.map(\.id))
    return PostgresRequest(
      "workspaces_delete",
      """
      with changed as (
        delete from workspaces using unnest(\(ids), \(workspaces.map(\.version))) as change (id, version)
        where workspaces.id = any(\(ids)) and workspaces.id = change.id and workspaces.version = change.version
        returning 1
      )
      select expect_rows((select count(*) from changed), \(Int64(workspaces.count)))
      """)
  }

  /// Writes every column that can change.
  static func update(_ workspaces: [WriteSet.Updated<Workspace>]) -> PostgresRequest? {
    guard !workspaces.isEmpty else { return nil }
    let ids = SharedArray(workspaces.map(\.aggregate.id))
    return PostgresRequest(
      "workspaces_update",
      """
      with changed as (
        update workspaces
        set name = change.name, parent_workspace_id = change.parent_id, updated_at = change.updated_at, version = change.version
        from unnest(
          \(ids), \(workspaces.map(\.readVersion)), \(workspaces.map(\.aggregate.name)), \(workspaces.map(\.aggregate.parentID)),
          \(workspaces.map(\.aggregate.updatedAt)), \(workspaces.map(\.aggregate.version))
        ) as change (id, read_version, name, parent_id, updated_at, version)
        where workspaces.id = any(\(ids)) and workspaces.id = change.id and workspaces.version = change.read_version
        returning 1
      )
      select expect_rows((select count(*) from changed), \(Int64(workspaces.count)))
      """)
  }

  /// Prepares an update in which names pass from one workspace to another, in a chain or in a circle: a workspace whose
  /// name goes to another one of the update gets an interim name, which no other can have, since valid names hold no
  /// control character.
  ///
  /// Needed because the constraint on names is checked row by row, in whatever order the update meets the rows.
  ///
  /// - Returns: nil where no tenant has two workspaces in the update.
  static func releaseNames(_ workspaces: [WriteSet.Updated<Workspace>]) -> PostgresRequest? {
    guard Set(workspaces.map(\.aggregate.tenantID)).count < workspaces.count else { return nil }
    let ids = SharedArray(workspaces.map(\.aggregate.id))
    return PostgresRequest(
      "workspaces_release_names",
      """
      update workspaces set name = chr(1) || workspaces.id
      from unnest(\(ids), \(workspaces.map(\.aggregate.tenantID)), \(workspaces.map(\.aggregate.name)))
        as wanted (id, tenant_id, name)
      where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name
        and workspaces.id <> wanted.id and workspaces.id = any(\(ids))
      """)
  }
}
