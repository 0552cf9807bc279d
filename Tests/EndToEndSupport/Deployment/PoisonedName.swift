import PostgresClient
import TestSupport

/// A name that workspaces can't have while a trigger of the test refuses it.
package struct PoisonedName: Sendable {
  private let deployment: Deployment

  /// - Parameter action: what the trigger does with a workspace of that name.
  package static func set(
    _ name: String, in deployment: Deployment, action: String = "raise exception 'no such name'"
  ) async throws -> PoisonedName {
    try await deployment.database.withConnection {
      try await $0.execute(
        script: """
          create function poison() returns trigger language plpgsql as $$
          begin
            if new.name = '\(name)' then \(action); end if;
            return new;
          end
          $$;
          create trigger poison before insert or update on workspaces for each row execute function poison();
          """)
    }
    return PoisonedName(deployment: deployment)
  }

  package func lift() async throws {
    try await deployment.database.withConnection { try await $0.execute(script: "drop function poison cascade") }
  }
}
