import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `workspaces`: every tenant's tree. Writing.
enum WorkspacesTable {
  /// Parents and children may come in any order, and those that are moved go to what is added: foreign keys to parents are
  /// checked at the end of the transaction.
  static func insert(_ workspaces: [Workspace]) -> PostgresRequest? {
    guard !workspaces.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.id))
    parameters.append(array: workspaces.map(\.tenantID))
    parameters.append(array: workspaces.map(\.name))
    parameters.append(array: workspaces.map(\.parentID))
    parameters.append(array: workspaces.map(\.createdAt))
    parameters.append(array: workspaces.map(\.updatedAt))
    parameters.append(array: workspaces.map(\.version))
    return PostgresRequest(inserting, parameters)
  }

  private static let inserting = PostgresStatement(
    name: "workspaces_insert",
    parameters: [
      .textArray, .textArray, .textArray, .textArray, .timestamptzArray, .timestamptzArray, .int8Array,
    ],
    sql: """
      insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
      select * from unnest($1, $2, $3, $4, $5, $6, $7)
      """)

  static func delete(_ workspaces: [WriteSet.Versioned<WorkspaceID>]) -> PostgresRequest? {
    guard !workspaces.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.id))
    parameters.append(array: workspaces.map(\.version))
    return PostgresRequest(deleting, parameters)
  }

  private static let deleting = PostgresStatement(
    name: "workspaces_delete", parameters: [.textArray, .int8Array],
    sql: """
      with changed as (
        delete from workspaces using unnest($1, $2) as change (id, version)
        where workspaces.id = any($1) and workspaces.id = change.id and workspaces.version = change.version
        returning 1
      )
      select expect_rows((select count(*) from changed), cardinality($1))
      """)

  /// Writes every column that can change.
  static func update(_ workspaces: [WriteSet.Updated<Workspace>]) -> PostgresRequest? {
    guard !workspaces.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.aggregate.id))
    parameters.append(array: workspaces.map(\.readVersion))
    parameters.append(array: workspaces.map(\.aggregate.name))
    parameters.append(array: workspaces.map(\.aggregate.parentID))
    parameters.append(array: workspaces.map(\.aggregate.updatedAt))
    parameters.append(array: workspaces.map(\.aggregate.version))
    return PostgresRequest(updating, parameters)
  }

  private static let updating = PostgresStatement(
    name: "workspaces_update",
    parameters: [.textArray, .int8Array, .textArray, .textArray, .timestamptzArray, .int8Array],
    sql: """
      with changed as (
        update workspaces
        set name = change.name, parent_workspace_id = change.parent_id, updated_at = change.updated_at, version = change.version
        from unnest($1, $2, $3, $4, $5, $6) as change (id, read_version, name, parent_id, updated_at, version)
        where workspaces.id = any($1) and workspaces.id = change.id and workspaces.version = change.read_version
        returning 1
      )
      select expect_rows((select count(*) from changed), cardinality($1))
      """)

  /// Makes room for an update in which names pass from one workspace to another, in a chain or in a circle: whoever
  /// has a name that another one of the update is to get waits for its own under a name that nobody can have.
  ///
  /// Needed because the constraint on names is checked row by row, in whatever order the update meets them.
  ///
  /// - Returns: nil where no tenant has two workspaces in the update.
  static func releaseNames(_ workspaces: [WriteSet.Updated<Workspace>]) -> PostgresRequest? {
    guard Set(workspaces.map(\.aggregate.tenantID)).count < workspaces.count else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.aggregate.id))
    parameters.append(array: workspaces.map(\.aggregate.tenantID))
    parameters.append(array: workspaces.map(\.aggregate.name))
    return PostgresRequest(releasing, parameters)
  }

  /// Valid names hold no control character.
  private static let releasing = PostgresStatement(
    name: "workspaces_release_names", parameters: [.textArray, .textArray, .textArray],
    sql: """
      update workspaces set name = chr(1) || workspaces.id
      from unnest($1, $2, $3) as wanted (id, tenant_id, name)
      where workspaces.tenant_id = wanted.tenant_id and workspaces.name = wanted.name
        and workspaces.id <> wanted.id and workspaces.id = any($1)
      """)
}
