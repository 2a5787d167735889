import { GROUP_SETTINGS_DEFAULT } from "@millrace/groups";
import { type ConfigType, defaultTopicConfig } from "@millrace/model";
import { TRANSACTION_TIMEOUT_MS_MAX, TRANSACTIONAL_ID_IDLE_MS_MAX } from "@millrace/transactions";
import type { ClusterView } from "../cluster-view.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { CONFIG_TYPES, ConfigSource, type DescribedConfig } from "./topic-configs.ts";

const MS_PER_MINUTE = 60_000;

/** Settings of this broker under Kafka's names, as tools read them: those that it decides by itself, as they are. */
export function brokerConfigs({ settings, view }: KafkaContext): readonly DescribedConfig[] {
  const kafkaAddress = view.broker(settings.brokerId)?.kafkaAddress ?? "";
  const topicDefault = (name: string): string => defaultTopicConfig(name) ?? "";
  return [
    set("broker.id", settings.brokerId, "int", "Number of this broker."),
    set("node.id", settings.brokerId, "int", "Number of this broker."),
    set("broker.rack", settings.rack, "string", "Failure domain."),
    set("advertised.listeners", `PLAINTEXT://${kafkaAddress}`, "string", "Where Kafka clients reach this broker."),
    set("log.dirs", settings.dataFolder, "string", "Folder of logs."),
    set("auto.create.topics.enable", settings.autoCreateTopics, "boolean", "Whether a topic is made when a client asks for its metadata."),
    set(
      "group.initial.rebalance.delay.ms",
      settings.groupInitialRebalanceDelayMs,
      "int",
      "How long a new group waits for more members before its first assignment.",
    ),
    ...clusterDefaults(view),
    set("log.retention.check.interval.ms", settings.retentionCheckMs, "long", "How often old segments are looked for."),
    fixed("delete.topic.enable", true, "boolean", "Topics may be deleted."),
    fixed("compression.type", topicDefault("compression.type"), "string", "Of topics that do not say."),
    fixed("log.cleanup.policy", topicDefault("cleanup.policy"), "list", "Of topics that do not say."),
    fixed("log.retention.ms", topicDefault("retention.ms"), "long", "Of topics that do not say."),
    fixed("log.retention.bytes", topicDefault("retention.bytes"), "long", "Of topics that do not say."),
    fixed("log.segment.bytes", topicDefault("segment.bytes"), "int", "Of topics that do not say."),
    fixed("log.message.timestamp.type", topicDefault("message.timestamp.type"), "string", "Of topics that do not say."),
    fixed("message.max.bytes", topicDefault("max.message.bytes"), "int", "Of topics that do not say."),
    fixed(
      "min.insync.replicas",
      topicDefault("min.insync.replicas"),
      "int",
      "Of topics with one replica that do not say; of others it is 2.",
    ),
    fixed("log.cleaner.enable", true, "boolean", "Compacted topics are compacted."),
    set("log.cleaner.backoff.ms", settings.compactionCheckMs, "long", "How often logs to compact are looked for."),
    set(
      "log.cleaner.io.max.bytes.per.second",
      settings.compactionBytesPerSecond,
      "double",
      "Bytes that compaction reads per second at most.",
    ),
    fixed("group.min.session.timeout.ms", GROUP_SETTINGS_DEFAULT.sessionTimeoutMsMin, "int", "Least session timeout of a member."),
    fixed("group.max.session.timeout.ms", GROUP_SETTINGS_DEFAULT.sessionTimeoutMsMax, "int", "Greatest session timeout of a member."),
    fixed("group.max.size", GROUP_SETTINGS_DEFAULT.groupSizeMax, "int", "Members that a group may have."),
    fixed(
      "offsets.retention.minutes",
      GROUP_SETTINGS_DEFAULT.offsetsRetentionMs / MS_PER_MINUTE,
      "int",
      "How long offsets of a group without members are kept.",
    ),
    fixed("transaction.max.timeout.ms", TRANSACTION_TIMEOUT_MS_MAX, "int", "Longest time that a transaction may be open."),
    fixed("transactional.id.expiration.ms", TRANSACTIONAL_ID_IDLE_MS_MAX, "int", "After how long an unused transactional id is forgotten."),
  ];
}

/** The coordinator's: unknown, and left out, until it has been heard. */
function clusterDefaults({ topicDefaults: defaults }: ClusterView): readonly DescribedConfig[] {
  if (defaults === undefined) return [];
  const replicas = "Replicas of the topic while there are so many brokers; fewer until then.";
  return [
    set("num.partitions", defaults.partitions, "int", "Of topics that name no number."),
    set("default.replication.factor", defaults.replicationFactor, "int", "Of topics that name no number."),
    set("offsets.topic.num.partitions", defaults.internalPartitions, "int", "Partitions of __consumer_offsets when it is made."),
    set("offsets.topic.replication.factor", defaults.internalReplicas, "int", replicas),
    set("transaction.state.log.num.partitions", defaults.internalPartitions, "int", "Partitions of __transaction_state when it is made."),
    set("transaction.state.log.replication.factor", defaults.internalReplicas, "int", replicas),
    fixed(
      "transaction.state.log.min.isr",
      Math.min(2, Math.max(1, defaults.internalReplicas - 1)),
      "int",
      "In-sync replicas that it needs.",
    ),
  ];
}

function set(name: string, value: string | number | boolean, type: ConfigType, doc: string): DescribedConfig {
  return describedAs(ConfigSource.STATIC, { name, value: String(value), type, doc });
}

function fixed(name: string, value: string | number | boolean, type: ConfigType, doc: string): DescribedConfig {
  return describedAs(ConfigSource.DEFAULT, { name, value: String(value), type, doc });
}

function describedAs(source: number, of: { name: string; value: string; type: ConfigType; doc: string }): DescribedConfig {
  const { name, value, type, doc } = of;
  return { name, value, source, type: CONFIG_TYPES[type], doc, synonyms: [{ name, value, source }] };
}
