import PostgresClient
import Testing

@Suite struct ConfigurationTests {
  @Test func `a target is described without its password`() throws {
    let configuration = PostgresConfiguration(
      url: "postgres://worker:top%2Fsecret@db1.example:5433,db2.example:5434/workspaces?target_session_attrs=read-write"
    )
    #expect(
      try configuration.target.description
        == "host=db1.example,db2.example port=5433,5434 dbname=workspaces user=worker")
    #expect(!"\(configuration) \(String(reflecting: configuration))".contains("secret"))
  }

  @Test func `keywords and values are accepted as well`() throws {
    let configuration = PostgresConfiguration(url: "host=/run/postgresql user=worker password=secret")
    #expect(try configuration.target.description == "host=/run/postgresql user=worker")
  }

  @Test(arguments: [
    "postgres://worker:sec/ret@localhost/db",
    "postgres://worker:sec/ret@localhost",
    "postgres://worker:sec#ret%@localhost/db",
    "postgres://worker:sec%zzret@localhost/db",
    "host=localhost password='sec ret",
    "host=localhost sec ret",
  ])
  func `a malformed connection string is refused without quoting it`(url: String) {
    let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url).target }
    guard case .configuration(let reason) = error else {
      Issue.record("not a configuration error: \(String(describing: error))")
      return
    }
    #expect(!reason.contains("sec") && !reason.contains("ret@"))
  }

  @Test func `a parameter unknown to libpq is named, unless it may be part of the password`() {
    func reason(_ url: String) -> String {
      do { _ = try PostgresConfiguration(url: url).target } catch { return "\(error)" }
      return ""
    }
    #expect(reason("postgres://localhost/db?sslmod=disable").contains("sslmod"))
    #expect(!reason("postgres://worker:pass?word=1@localhost/db").contains("word"))
  }
}
