#!/bin/bash
# A cluster of three nodes in three zones on this machine, by kind (https://kind.sigs.k8s.io, needs docker or podman).
#
#   k8s/local-cluster.sh up      makes it, and loads the images of dist/images into it
#   k8s/local-cluster.sh load    loads them again
#   k8s/local-cluster.sh down    removes it
#   k8s/local-cluster.sh cut NODE, heal NODE    takes a node's network, and gives it back: npm run k8s:test -- --network k8s/local-cluster.sh
set -euo pipefail
cd "$(dirname "$0")/.."
name=${CLUSTER:-millrace}

need() { command -v "$1" >/dev/null || { echo "error: $1 is not installed: $2" >&2; exit 1; }; }

load() {
  compgen -G "dist/images/*.tar" >/dev/null || { echo "error: there are no images: npm run images -- --tag k8s-test" >&2; exit 1; }
  for image in dist/images/*.tar; do kind load image-archive "$image" --name "$name"; done
}

# Drops what comes to a node and its pods, and what leaves them, or lets it through again.
network() {
  local rule engine
  engine=$(command -v docker || command -v podman)
  for rule in "INPUT --in-interface eth0" "FORWARD --in-interface eth0" "OUTPUT --out-interface eth0" "FORWARD --out-interface eth0"; do
    # shellcheck disable=SC2086
    "$engine" exec "$2" iptables --wait $1 $rule --match comment --comment cut --jump DROP
  done
}

case ${1:-} in
  up)
    need kind "https://kind.sigs.k8s.io/docs/user/quick-start"
    need kubectl "https://kubernetes.io/docs/tasks/tools"
    kind create cluster --name "$name" --wait 120s --config - <<'EOF'
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - {role: control-plane}
  - {role: worker, labels: {topology.kubernetes.io/zone: z1}}
  - {role: worker, labels: {topology.kubernetes.io/zone: z2}}
  - {role: worker, labels: {topology.kubernetes.io/zone: z3}}
EOF
    load
    kubectl get nodes --label-columns topology.kubernetes.io/zone
    ;;
  load) load ;;
  cut) network --insert "${2:?which node?}" ;;
  heal) network --delete "${2:?which node?}" ;;
  down) kind delete cluster --name "$name" ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
