#!/bin/sh
# Installs or upgrades: sh deploy/kubernetes/roll-out.sh deploy/kubernetes/overlays/<city>
# Topics and migrations first, while the old version runs; then one service after the other, those that read before those
# that write, each only once the one before is ready. Ends with 1 where something does not become ready; nothing was then
# taken away: what ran still runs. Run it again after the repair. ROLL_OUT_WAIT=10m is how long each step may take,
# VIGIE_NAMESPACE=vigie the namespace of the overlay.
set -eu
overlay=${1:?give a folder with a kustomization.yaml}
wait=${ROLL_OUT_WAIT:-10m}
space=${VIGIE_NAMESPACE:-vigie}
all=$(mktemp)
trap 'rm -f "$all"' EXIT
component=app.kubernetes.io/component

say() { echo "vigie | $*"; }
apply() { kubectl apply --filename "$all" --selector "$1" >&2; }
run_once() {
    # A Job cannot be changed: the last rollout's goes first.
    kubectl --namespace "$space" delete job --selector "$component=$1" --ignore-not-found --wait >&2
    apply "$component=$1"
    kubectl --namespace "$space" wait job --selector "$component=$1" --for=condition=complete --timeout="$wait" >&2
}

kubectl kustomize "$overlay" >"$all"
say "réglages, réseau / settings, network"
apply "$component notin (service, preparation, pack)"
say "sujets et migrations / topics and migrations"
run_once preparation
for service in dispatch notify correlation screening ingest; do
    say "$service"
    apply "app.kubernetes.io/name=$service"
    kubectl --namespace "$space" rollout status deployment,statefulset --selector "app.kubernetes.io/name=$service" \
        --timeout="$wait" >&2
    # Before the first pack the others wait for it.
    if [ "$service" = dispatch ] && grep -q "$component: pack" "$all"; then
        say "la ville / the city"
        run_once pack
    fi
done
say "terminé / done"
