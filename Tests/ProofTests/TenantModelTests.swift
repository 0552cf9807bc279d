import EndToEndSupport
import Testing

/// The model agrees with the sample commands, which state their expected outcomes.
struct TenantModelTests {
  /// What the model does not know: the rules for names and repetitions, and the ids of other tenants.
  private static let others: Set = [
    "invalid_workspace_name", "invalid_group_name", "idempotency_conflict", "duplicate_workspace_id",
    "duplicate_group_id",
  ]

  @Test func `it decides as the sample commands expect`() throws {
    let samples = try SampleCommands.read()
    var models: [String: TenantModel] = [:]
    var known: Set<[String]> = []
    var decisions = 0
    for (command, expected) in zip(samples.events, samples.expected) {
      let tenant = try #require(command.tenantid)
      guard let request = TenantModel.Request(command), !Self.others.contains(expected.code ?? "") else { continue }
      guard known.insert([tenant, command.source, command.id]).inserted else { continue }
      let decision = models[tenant, default: TenantModel(tenant: tenant)].decide(request, by: command.userid).decision
      #expect(decision.code == expected.code, "\(command.id): \(request)")
      decisions += 1
    }
    #expect(decisions > 750)
  }
}
