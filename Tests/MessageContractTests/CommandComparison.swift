import WorkspaceApplication

func == (one: any WorkspaceCommand, other: any WorkspaceCommand) -> Bool { one.isEqual(to: other) }
