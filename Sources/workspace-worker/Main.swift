import ArgumentParser
import WorkerCLI

@main
struct Main {
  static func main() async { await WorkspaceWorker.main() }
}
