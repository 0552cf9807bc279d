# shellcheck shell=bash
# Counts passed and failed tests.

# Prints "PASSED FAILED": count_tests FILE STATUS. FILE is the --xunit-output of
# Swift Testing, STATUS the exit status of `swift test`. The file's own failures=""
# counts failed checks, of which one test can have many, so test cases are counted.
# A run that crashed leaves an incomplete file, or none.
count_tests() {
  local passed=0 failed=0
  if grep -qs '</testsuites>' "$1"; then
    read -r passed failed <<<"$(count_cases <"$1")"
  fi
  # A crash, or a failed XCTest, is not a test case, but it is a failure.
  if (($2 != 0 && failed == 0)); then failed=1; fi
  echo "$passed $failed"
}

# Prints a line for each failed check: list_failures FILE
list_failures() {
  [[ ! -f $1 ]] || awk '
    function value(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    /<testcase / { test = value("classname") "/" value("name") }
    /<failure /  { print test ": " substr(value("message"), 1, 500) }
  ' "$1" | sed -e 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#10;/ /g; s/&amp;/\&/g'
}

# Counts test cases. Markup in messages is escaped, so these patterns match only real elements.
count_cases() {
  awk '
    /<testcase /  { cases++; bad = 0 }
    /<failure /   { if (!bad) failed++; bad = 1 }
    /<skipped/    { skipped++ }
    END           { print cases - failed - skipped, failed + 0 }
  '
}
