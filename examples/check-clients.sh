#!/bin/bash
# Runs the Python and Go clients against a broker, each in a fresh copy: examples/check-clients.sh 127.0.0.1:9190
# Needs python3 with venv, and go; what is missing is skipped and said. Tools and generated code stay in a temporary folder.
set -euo pipefail
address=${1:?give the address of a broker, as 127.0.0.1:9190}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
mkdir "$work/examples" && cp -r "$root/examples/python" "$root/examples/go" "$work/examples" && ln -s "$root/proto" "$work/proto"
rm -rf "$work"/examples/{python,go}/{gen,.venv}

expect() { grep -q "$2" <<<"$1" || { echo "$1"; echo "missing: $2" >&2; exit 1; }; }

if command -v python3 >/dev/null; then
  cd "$work/examples/python"
  python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt
  mkdir -p gen && .venv/bin/python -m grpc_tools.protoc -I ../../proto --python_out=gen --grpc_python_out=gen ../../proto/millrace/{common,broker}/v1/*.proto ../../proto/millrace/coordinator/v1/coordinator.proto
  output=$(.venv/bin/python main.py "$address")
  expect "$output" "python hello 2" && expect "$output" "topic greetings" && echo "python: ok"
else
  echo "python: skipped, python3 is not installed"
fi
if command -v go >/dev/null; then
  cd "$work/examples/go"
  export GOPATH="$work/gopath" PATH="$work/gopath/bin:$root/node_modules/.bin:$PATH"
  go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.11 && go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
  buf generate
  output=$(go run . "$address")
  expect "$output" "go hello" && expect "$output" "topic greetings" && echo "go: ok"
else
  echo "go: skipped, go is not installed"
fi
