"""Manifests (YAML on standard input) against the schemas of Kubernetes' versions, and the pods in them against the profile restricted of pod security:
check_manifests.py VERSION... Prints a JSON document: what was checked, kinds that no schema is known of, and findings."""
import json
import sys

import kubernetes_validate
import yaml

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
HOST_FLAGS = ("hostNetwork", "hostPID", "hostIPC")


def name_of(thing):
    return f"{thing['kind']}/{thing['metadata']['name']}"


def against_schema(thing, version, unknown):
    try:
        kubernetes_validate.validate(thing, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        unknown.add(f"{thing['apiVersion']}/{thing['kind']}")
    except kubernetes_validate.ValidationError as error:
        yield f"{version}: {'.'.join(str(part) for part in error.path)}: {error.message}"


def pod_of(thing):
    """The pod that an object is or makes."""
    spec = thing.get("spec") or {}
    if thing["kind"] == "Pod":
        return spec
    if thing["kind"] == "CronJob":
        return spec["jobTemplate"]["spec"]["template"]["spec"]
    return (spec.get("template") or {}).get("spec")


def against_restricted(pod):
    """https://kubernetes.io/docs/concepts/security/pod-security-standards"""
    of_pod = pod.get("securityContext") or {}
    for flag in HOST_FLAGS:
        if pod.get(flag):
            yield f"{flag} is set"
    for volume in pod.get("volumes") or []:
        for kind in set(volume) - {"name"} - VOLUMES:
            yield f"volume {volume['name']} is of the kind {kind}"
    if of_pod.get("sysctls"):
        yield "sysctls are set"
    for container in (pod.get("initContainers") or []) + (pod.get("containers") or []):
        for finding in of_container(container, of_pod):
            yield f"container {container['name']}: {finding}"


def of_container(container, of_pod):
    own = container.get("securityContext") or {}
    capabilities = own.get("capabilities") or {}
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if "ALL" not in (capabilities.get("drop") or []):
        yield "capabilities are not dropped"
    if set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield "capabilities are added"
    if own.get("runAsNonRoot", of_pod.get("runAsNonRoot")) is not True:
        yield "runAsNonRoot is not true"
    if own.get("runAsUser", of_pod.get("runAsUser")) == 0:
        yield "runAsUser is 0"
    if (own.get("seccompProfile") or of_pod.get("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "no seccompProfile"
    if own.get("procMount", "Default") != "Default":
        yield "procMount is another"
    for port in container.get("ports") or []:
        if port.get("hostPort"):
            yield f"hostPort {port['hostPort']}"


def main(versions):
    things = [thing for thing in yaml.safe_load_all(sys.stdin) if thing]
    findings, unknown, pods = [], set(), 0
    for thing in things:
        for version in versions:
            findings += [f"{name_of(thing)}, schema of {finding}" for finding in against_schema(thing, version, unknown)]
        pod = pod_of(thing)
        if pod is not None:
            pods += 1
            findings += [f"{name_of(thing)}, profile restricted: {finding}" for finding in against_restricted(pod)]
    json.dump({"objects": len(things), "pods": pods, "unknown": sorted(unknown), "findings": findings}, sys.stdout)


main(sys.argv[1:])
