/// Why the user who sends the commands may create workspaces, in each tenant.
enum Grounds {
  /// Workspaces are created below the root, and the user is an editor of the root.
  case direct
  /// Workspaces are created on level 32, and the user is in 50 groups: one of them is an editor of the root, each of
  /// the others has an insufficient role on one of the workspaces below it.
  case deep

  /// The parents of the workspaces to create, by tenant.
  var parents: [String] {
    switch self {
    case .direct: CommandFactory.roots
    case .deep: CommandFactory.tenants.indices.map { CommandFactory.identifier(prefix: "0C\($0)", Self.levels) }
    }
  }

  /// The length of the chain of workspaces below the root.
  private static let levels = 30
  private static let groups = 50

  /// SQL that stores the user's memberships and whatever else they need. The tenants and their roots must exist.
  var script: String {
    let members =
      "insert into tenant_members (tenant_id, user_id, role) select id, 'benchmark', 'member' from tenants;\n"
    return switch self {
    case .direct:
      members + """
        insert into workspace_members (tenant_id, workspace_id, member_type, member_id, role)
        select tenant_id, id, 'user', 'benchmark', 'editor' from workspaces where parent_workspace_id is null;
        """
    case .deep: members + Self.chainsAndGroups
    }
  }

  private static let chainsAndGroups = """
    create temporary table places as
    select id as root, tenant_id, row_number() over (order by tenant_id) - 1 as place
    from workspaces where parent_workspace_id is null;
    insert into workspaces (id, tenant_id, name, parent_workspace_id, created_at, updated_at, version)
    select '0C' || place || lpad(level::text, 23, '0'), tenant_id, 'level ' || level,
      case level when 1 then root else '0C' || place || lpad((level - 1)::text, 23, '0') end, now(), now(), 1
    from places cross join generate_series(1, \(levels)) as level;
    insert into groups (id, tenant_id, name, created_at, updated_at, version)
    select '0G' || place || lpad(number::text, 23, '0'), tenant_id, 'group ' || number, now(), now(), 1
    from places cross join generate_series(1, \(groups)) as number;
    insert into group_members (tenant_id, group_id, user_id, role)
    select tenant_id, id, 'benchmark', 'member' from groups;
    insert into workspace_members (tenant_id, workspace_id, member_type, member_id, role)
    select tenant_id, case number when 1 then root else '0C' || place || lpad((number % \(levels) + 1)::text, 23, '0') end,
      'group', '0G' || place || lpad(number::text, 23, '0'), case number when 1 then 'editor' else 'member' end
    from places cross join generate_series(1, \(groups)) as number;
    drop table places;
    """
}
