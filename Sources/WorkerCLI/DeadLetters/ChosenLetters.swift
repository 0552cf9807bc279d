import ArgumentParser
import Operations

/// Which dead letters a command applies to: those that match a filter, or explicitly all.
struct ChosenLetters: ParsableArguments {
  @OptionGroup var options: DeadLetterFilterOptions
  @Flag(help: "All letters of the selected queues; otherwise a filter is required.")
  var all = false

  func validate() throws {
    guard all || options.conditions != DeadLetterFilter() else {
      throw ValidationError("Select letters by a filter, or use --all.")
    }
  }
}

/// The operator to record with a change.
struct OperatorOptions: ParsableArguments {
  @Option(help: "Who is doing this. Default: the login name.")
  var by: String?

  var name: String { by ?? LoginName.current }

  func validate() throws {
    guard (1...255).contains(name.unicodeScalars.count) else {
      throw ValidationError("--by takes 1 to 255 characters.")
    }
  }
}
