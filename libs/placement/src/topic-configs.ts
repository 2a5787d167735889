import {
  defaultTopicConfig,
  isInternalTopic,
  isListConfig,
  RESTORE_OF_CONFIG,
  resolveTopicConfig,
  type TopicDescription,
} from "@millrace/model";
import { assertReplicable } from "./assert-replicable.ts";
import { withInSync } from "./eligible.ts";
import { errors } from "./errors.ts";
import type { AlterTopicConfigs, ConfigChange, Decision } from "./events.ts";
import { type ClusterState, topicByName } from "./state.ts";

/** Changes a topic's settings. The result is checked as a whole, so that nothing is stored of a change that is partly wrong; no change at all stores nothing. */
export function alterTopicConfigs(
  state: ClusterState,
  event: AlterTopicConfigs,
): Decision<{ readonly kind: "topic"; readonly topic: TopicDescription }> {
  if (isInternalTopic(event.name) && !endsRestore(event)) throw errors.internalTopicConfig(event.name);
  const topic = topicByName(state, event.name);
  if (topic === undefined) throw errors.unknownTopic(event.name);
  const overrides: Record<string, string> = event.replaceAll ? {} : { ...topic.configOverrides };
  const seen = new Set<string>();
  for (const change of event.changes) {
    if (seen.has(change.name)) throw errors.configNamedTwice(change.name);
    seen.add(change.name);
    applyTo(overrides, change);
  }
  const before = resolveTopicConfig(topic.configOverrides);
  const after = resolveTopicConfig(overrides);
  if (before.storage !== after.storage) throw errors.fixedConfig("storage");
  // Records that clients wrote have the offsets that restored ones would need.
  if (after.restoreOf !== "" && before.restoreOf !== after.restoreOf) throw errors.fixedConfig(RESTORE_OF_CONFIG);
  assertReplicable(after, Math.max(...topic.partitions.map(({ replicas }) => replicas.length)));
  const configured: TopicDescription = { ...topic, configOverrides: overrides };
  // With a smaller `min.insync.replicas` more is acknowledged from now on: those that are not in sync no longer have it all.
  const partitions = topic.partitions.map((partition) =>
    partition.eligible === undefined ? partition : withInSync(configured, partition, { inSyncSet: partition.inSyncSet }),
  );
  const changed: TopicDescription = { ...configured, partitions };
  const changes = sameConfigs(topic.configOverrides, overrides) ? [] : [{ kind: "topic" as const, topic: changed }];
  return { changes, response: { kind: "topic", topic: changed } };
}

/** The one setting of the cluster's own topics that is not fixed. */
function endsRestore({ changes, replaceAll }: AlterTopicConfigs): boolean {
  return !replaceAll && changes.length > 0 && changes.every(({ name, operation }) => name === RESTORE_OF_CONFIG && operation === "delete");
}

function applyTo(overrides: Record<string, string>, { name, operation, value }: ConfigChange): void {
  switch (operation) {
    case "set":
      overrides[name] = value;
      return;
    case "delete":
      if (overrides[name] === undefined && defaultTopicConfig(name) === undefined) resolveTopicConfig({ [name]: "" }); // refuses the name
      Reflect.deleteProperty(overrides, name);
      return;
    case "append":
    case "subtract": {
      if (!isListConfig(name)) throw errors.notAListConfig(name);
      const asked = elementsOf(value);
      const current = elementsOf(overrides[name] ?? defaultTopicConfig(name) ?? "");
      const next = operation === "append" ? [...new Set([...current, ...asked])] : current.filter((element) => !asked.includes(element));
      overrides[name] = next.join(",");
    }
  }
}

function elementsOf(text: string): string[] {
  return text
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "");
}

function sameConfigs(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
