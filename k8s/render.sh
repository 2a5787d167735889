#!/bin/bash
# Writes k8s/base from the chart: k8s/render.sh. Secrets are not in it: an overlay makes the one of Redis.
set -euo pipefail
cd "$(dirname "$0")"
base=base
mkdir -p "$base"
helm template millrace ../helm/millrace --namespace millrace --no-hooks --values ../helm/millrace/values-ha.yaml \
  --set redis.bundled.existingSecret=millrace-redis >"$base/millrace.yaml"
# What only helm has a use for.
sed -i -e '/^ *helm\.sh\/chart:/d' -e 's/managed-by: Helm/managed-by: kubectl/' -e '/^# Source:/d' "$base/millrace.yaml"
cat >"$base/kustomization.yaml" <<'EOF'
# Rendered by k8s/render.sh. Needs a Secret `millrace-redis`, see the overlays.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: millrace
resources: [millrace.yaml]
EOF
