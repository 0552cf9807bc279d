import ArgumentParser
import WorkerCLI

await WorkspaceWorker.main()
