#!/bin/bash
# Writes k8s/base and k8s/base-ha from the chart, or into another folder: k8s/render.sh [FOLDER]. Secrets are not in them: an overlay, or you, make the one of Redis.
set -euo pipefail
chart=$(cd "$(dirname "$0")/../helm/millrace" && pwd)
cd "${1:-$(dirname "$0")}"

render() {
  local to=$1
  shift
  mkdir -p "$to"
  helm template millrace "$chart" --namespace millrace --no-hooks --set redis.bundled.existingSecret=millrace-redis "$@" >"$to/millrace.yaml"
  # What only helm has a use for.
  sed -i -e '/^ *helm\.sh\/chart:/d' -e 's/managed-by: Helm/managed-by: kubectl/' -e '/^# Source:/d' "$to/millrace.yaml"
  cat >"$to/kustomization.yaml" <<'EOF'
# Rendered by k8s/render.sh. Needs a Secret `millrace-redis`, see the overlays.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: millrace
resources: [millrace.yaml]
EOF
}

render base
render base-ha --values "$chart"/values-ha.yaml
