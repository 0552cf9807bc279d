import EndToEndSupport

extension Checker {
  /// Checks that each answer shows the whole tenant as it was at one sequence, which is at least the one asked for.
  func readings(_ evidence: Evidence) -> [Violation] {
    evidence.readings.compactMap { reading in
      let minimum = reading.minimum ?? 0
      guard reading.type == "workspace.list.succeeded", let sequence = reading.sequence else {
        return .refusedReading(tenant: reading.tenant, minimum: minimum, type: reading.type)
      }
      guard sequence >= minimum else {
        return .staleReading(tenant: reading.tenant, minimum: minimum, found: sequence)
      }
      return workload.trees[reading.tenant]?[sequence] == reading.workspaces
        ? nil : .wrongReading(tenant: reading.tenant, sequence: sequence)
    }
  }
}
