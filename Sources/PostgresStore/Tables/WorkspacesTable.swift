import PostgresClient
import UnitOfWork
import WorkspaceDomain

/// `workspaces`: every tenant's tree. Writing.
enum WorkspacesTable {
  /// Inserts in one statement, so that a parent and its children may come in any order: the foreign key is checked at
  /// its end.
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

  /// Deletes in one statement, so that a parent and its children may go together: even ON DELETE RESTRICT is checked
  /// at its end.
  static func delete(_ workspaces: [WriteSet.VersionedWorkspace]) -> PostgresRequest? {
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

  static func update(_ workspaces: [WriteSet.UpdatedWorkspace]) -> PostgresRequest? {
    guard !workspaces.isEmpty else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.workspace.id))
    parameters.append(array: workspaces.map(\.readVersion))
    parameters.append(array: workspaces.map(\.workspace.name))
    parameters.append(array: workspaces.map(\.workspace.updatedAt))
    parameters.append(array: workspaces.map(\.workspace.version))
    return PostgresRequest(updating, parameters)
  }

  private static let updating = PostgresStatement(
    name: "workspaces_update", parameters: [.textArray, .int8Array, .textArray, .timestamptzArray, .int8Array],
    sql: """
      with changed as (
        update workspaces set name = change.name, updated_at = change.updated_at, version = change.version
        from unnest($1, $2, $3, $4, $5) as change (id, read_version, name, updated_at, version)
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
  static func releaseNames(_ workspaces: [WriteSet.UpdatedWorkspace]) -> PostgresRequest? {
    guard Set(workspaces.map(\.workspace.tenantID)).count < workspaces.count else { return nil }
    var parameters = PostgresParameters()
    parameters.append(array: workspaces.map(\.workspace.id))
    parameters.append(array: workspaces.map(\.workspace.tenantID))
    parameters.append(array: workspaces.map(\.workspace.name))
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
