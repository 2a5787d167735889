#!/bin/bash
# Runs the Python, Go and Java clients against a broker, in fresh copies: examples/check-clients.sh 127.0.0.1:9190
# Each produces, streams, and is a member of one group that all of them share; Python and Go submit jobs of expressions, whose output is compared. Needs python3 with venv, go, and mvn with a JDK of 17 or later; what is missing is
# skipped and said. Tools and generated code stay in a temporary folder.
set -euo pipefail
address=${1:?give the address of a broker, as 127.0.0.1:9190}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
mkdir "$work/examples" && cp -r "$root"/examples/{python,go,java} "$work/examples" && ln -s "$root/proto" "$work/proto"
rm -rf "$work"/examples/{python,go,java}/{gen,.venv,target}
# Names of this run: a broker may be checked twice.
topic="check-$$-$(date +%s)"
languages=()

expect() { grep -q "$2" <<<"$1" || { echo "$1"; echo "missing: $2" >&2; exit 1; }; }

python() { (cd "$work/examples/python" && .venv/bin/python "$@"); }
go_run() { (cd "$work/examples/go" && GOPATH="$work/gopath" go run "$@"); }
java_run() { (cd "$work/examples/java" && mvn --quiet --batch-mode exec:java "-Dexec.mainClass=millrace.examples.$1" "-Dexec.args=${*:2}"); }

python_produce() { python produce.py "$@"; }
python_consume() { python consume.py "$@"; }
python_stream() { python stream.py "$@"; }
python_jobs() { python jobs.py "$@"; }
go_produce() { go_run ./produce "$@"; }
go_consume() { go_run ./consume "$@"; }
go_stream() { go_run ./stream "$@"; }
go_jobs() { go_run ./jobs "$@"; }
java_produce() { java_run Produce "$@"; }
java_consume() { java_run Consume "$@"; }
java_stream() { java_run Streaming "$@"; }

if command -v python3 >/dev/null; then
  cd "$work/examples/python"
  python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt
  mkdir -p gen && .venv/bin/python -m grpc_tools.protoc -I ../../proto --python_out=gen --grpc_python_out=gen ../../proto/millrace/{common,broker}/v1/*.proto ../../proto/millrace/coordinator/v1/*.proto
  output=$(python main.py "$address")
  expect "$output" "python hello 2" && expect "$output" "topic greetings"
  languages+=(python)
else
  echo "python: skipped, python3 is not installed"
fi
if command -v go >/dev/null; then
  cd "$work/examples/go"
  export PATH="$work/gopath/bin:$root/node_modules/.bin:$PATH"
  GOPATH="$work/gopath" go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.11
  GOPATH="$work/gopath" go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
  buf generate
  output=$(go_run . "$address")
  expect "$output" "go hello" && expect "$output" "topic greetings"
  languages+=(go)
else
  echo "go: skipped, go is not installed"
fi
if command -v mvn >/dev/null; then
  (cd "$work/examples/java" && mvn --quiet --batch-mode compile)
  languages+=(java)
else
  echo "java: skipped, mvn is not installed"
fi

for language in "${languages[@]}"; do
  output=$("${language}_produce" "$address" "$topic")
  expect "$output" "produced $topic-"
  output=$("${language}_stream" "$address" "$topic-$language" 5000)
  expect "$output" "streamed 5000 records"
done
# What jobs without a module must write, line by line; rows are compared without blanks and in order of their fields' names.
expected_jobs() {
  cat <<'END'
{"count":1,"word":"not"}
{"count":1,"word":"or"}
{"count":2,"word":"be"}
{"count":2,"word":"to"}
{"from":80.5,"sensor":"boiler","to":90}
{"max":70,"minute":"2026-03-01T10:01:00Z","n":1,"sensor":"boiler","sum":70}
{"max":90,"minute":"2026-03-01T10:00:00Z","n":2,"sensor":"boiler","sum":170.5}
END
}
for language in "${languages[@]}"; do
  declare -F "${language}_jobs" >/dev/null || continue
  output=$("${language}_jobs" "$address" "$topic-$language")
  expect "$output" "refused: .*expression condition of operator filter-1, column 7: No such key: fahrenheit"
  rows=$(grep '^{' <<<"$output" | node -e '
    const sorted = (row) => JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
    const rows = require("node:fs").readFileSync(0, "utf8").trim().split("\n");
    console.log(rows.map((row) => sorted(JSON.parse(row))).sort().join("\n"));')
  [[ $rows == "$(expected_jobs)" ]] || { diff <(expected_jobs) <(echo "$rows"); echo "$language: its jobs wrote something else" >&2; exit 1; }
  echo "$language jobs: output as expected"
done
# All of them in one group: together they read each record, and no record twice.
members=()
for language in "${languages[@]}"; do
  "${language}_consume" "$address" "$topic" "$topic" 12 >"$work/$language.out" &
  members+=($!)
done
for member in "${members[@]}"; do wait "$member"; done
for language in "${languages[@]}"; do
  read_once=$(cat "$work"/*.out | grep -c " $language-[0-9] hello [0-9]$" || true)
  [[ $read_once == 10 ]] || { cat "$work"/*.out; echo "$language: 10 records were sent, $read_once were read" >&2; exit 1; }
  echo "$language: ok"
done
