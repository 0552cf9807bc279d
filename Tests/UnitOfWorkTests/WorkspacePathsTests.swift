import TestFixtures
import Testing
import UnitOfWork
import WorkspaceDomain

@Suite struct WorkspacePathsTests {
  /// 1 is a root; below it is 2, below that 3, and so on up to 32; 40 and 41 are below 31; 50 and 51 are above each
  /// other; the parent of 60 is unknown.
  private static func parent(of id: WorkspaceID) -> WorkspaceID?? {
    switch id {
    case .sample(1): .some(nil)
    case .sample(40), .sample(41): .sample(31)
    case .sample(50): .sample(51)
    case .sample(51): .sample(50)
    default: (2...32).first { id == .sample($0) }.map { .sample($0 - 1) }
    }
  }

  /// Counts how often a parent is looked up.
  private final class Tree {
    var paths = WorkspacePaths()
    var lookups = 0

    func path(from number: UInt64) throws -> [WorkspaceID] {
      let path = try paths.path(from: .sample(number), limit: 100) { id in
        lookups += 1
        return WorkspacePathsTests.parent(of: id)
      }
      #expect(path.depth == Array(path).count)
      return Array(path)
    }
  }

  @Test func `a path leads from a workspace up to the root`() throws {
    let tree = Tree()
    #expect(try tree.path(from: 1) == [.sample(1)])
    #expect(try tree.path(from: 3) == [.sample(3), .sample(2), .sample(1)])
    #expect(try tree.path(from: 40).prefix(2) == [.sample(40), .sample(31)])
  }

  @Test func `what paths have in common is walked once`() throws {
    let tree = Tree()
    _ = try tree.path(from: 32)
    #expect(tree.lookups == 32)
    for number: UInt64 in [32, 40, 41, 20, 40] { _ = try tree.path(from: number) }
    #expect(tree.lookups == 34)
    tree.paths.removeAll()
    #expect(try tree.path(from: 41).count == 32)
    #expect(tree.lookups == 34 + 32)
  }

  @Test func `a path that is circular or not known has no end, and is not remembered`() throws {
    let tree = Tree()
    for number: UInt64 in [50, 60, 50] {
      #expect(throws: (any Error).self) { try tree.path(from: number) }
    }
    #expect(tree.lookups > 3)
  }
}
