import EndToEndSupport

/// The expected events of the sample commands, derived from their results.
enum SampleModel {
  struct Change: Equatable {
    let commandID: String
    let told: TenantModel.Change
  }

  static func changes(_ samples: SampleCommands, _ results: [Subscription.Message]) -> [Change] {
    var models: [String: TenantModel] = [:]
    var known: Set<String> = []
    return zip(samples.events, results).flatMap { command, result -> [Change] in
      // A repetition has the result of the first.
      guard let result = result.event, result.type == command.type + ".succeeded", known.insert(result.id).inserted
      else { return [] }
      guard let tenant = command.tenantid, let request = TenantModel.Request(command, answer: result.data) else {
        return []
      }
      let changes = models[tenant, default: TenantModel(tenant: tenant)].carryOut(request, by: command.userid)
      return changes.map { Change(commandID: command.id, told: $0) }
    }
  }
}

extension SampleModel.Change {
  init(_ event: CloudEvent) {
    self.init(commandID: event.commandid ?? "", told: TenantModel.Change(event))
  }
}
