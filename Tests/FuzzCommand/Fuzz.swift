import Fuzzing
import Glibc

/// Named by WORKSPACE_WORKER_FUZZ_TARGET.
private let target: FuzzTarget = {
  let name = getenv("WORKSPACE_WORKER_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    say("no target '\(name)'; the targets are \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    exit(64)
  }
  return target
}()

/// What libFuzzer calls with each of its inputs (https://llvm.org/docs/LibFuzzer.html#fuzz-target).
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(BrokenPromise) {
    try target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  } catch {
    say("broken promise: \(error)")
    // libFuzzer keeps the input of a process that ends this way.
    abort()
  }
  return 0
}

/// To standard error.
private func say(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  write(STDERR_FILENO, bytes, bytes.count)
}
