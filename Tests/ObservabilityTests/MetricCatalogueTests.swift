import Observability
import PrometheusExporter
import Testing

@Suite struct MetricCatalogueTests {
  @Test func `each metric has a unique name and a description`() {
    let families = MetricCatalogue.all
    #expect(Set(families.map(\.name)).count == families.count)
    #expect(Set(families.map(\.prometheusName)).count == families.count)
    for family in families {
      #expect(family.help.hasSuffix("."), "\(family.name)")
      #expect(family.buckets == family.buckets.sorted(), "\(family.name)")
      #expect((family.kind == .histogram) == !family.buckets.isEmpty, "\(family.name)")
    }
  }

  @Test func `messaging metrics have OpenTelemetry's names`() {
    let names = Set(MetricCatalogue.all.map(\.prometheusName))
    #expect(
      names.isSuperset(of: [
        "messaging_client_consumed_messages_total", "messaging_client_sent_messages_total",
        "messaging_process_duration_seconds", "messaging_client_operation_duration_seconds",
      ]))
  }
}
