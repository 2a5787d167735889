import { describe, expect, it } from "@jest/globals";
import { defaultTopicConfig, isListConfig, resolveTopicConfig, TOPIC_CONFIG_KEYS } from "./topic-config.ts";

describe("resolveTopicConfig", () => {
  it("has Kafka's defaults under Kafka's names", () => {
    const defaults = Object.fromEntries(TOPIC_CONFIG_KEYS.map(({ name, defaultText }) => [name, defaultText]));
    expect(defaults).toMatchObject({
      "cleanup.policy": "delete",
      "compression.type": "producer",
      "delete.retention.ms": "86400000",
      "flush.messages": "9223372036854775807",
      "max.compaction.lag.ms": "9223372036854775807",
      "max.message.bytes": "1048588",
      "message.timestamp.after.max.ms": "3600000",
      "message.timestamp.before.max.ms": "9223372036854775807",
      "min.cleanable.dirty.ratio": "0.5",
      "retention.bytes": "-1",
      "retention.ms": "604800000",
      "segment.bytes": "1073741824",
      "unclean.leader.election.enable": "false",
    });
  });

  it("accepts every default that it reports", () => {
    const overrides = Object.fromEntries(TOPIC_CONFIG_KEYS.map(({ name, defaultText }) => [name, defaultText]));
    expect(resolveTopicConfig(overrides)).toEqual(resolveTopicConfig({}));
  });

  it.each([
    ["cleanup.policy", "delete,compact", "cleanupPolicy", "compact,delete"],
    ["cleanup.policy", " compact ", "cleanupPolicy", "compact"],
    ["retention.ms", "9223372036854775807", "retentionMs", Number.MAX_SAFE_INTEGER],
    ["unclean.leader.election.enable", "TRUE", "uncleanLeaderElection", true],
    ["compression.zstd.level", "-7", "zstdLevel", -7],
  ] as const)("%s=%s", (name, text, field, value) => {
    expect(resolveTopicConfig({ [name]: text })[field]).toBe(value);
  });

  it.each([
    ["cleanup.policy", "remove"],
    ["cleanup.policy", ""],
    ["compression.type", "brotli"],
    ["max.message.bytes", "2147483648"],
    ["retention.ms", "9223372036854775808"],
    ["retention.ms", "1e3"],
    ["segment.bytes", "14"],
    ["min.cleanable.dirty.ratio", "1.5"],
    ["remote.storage.enable", "true"],
    ["preallocate", "yes"],
  ])("refuses %s=%j and says what is allowed", (name, text) => {
    const resolve = () => resolveTopicConfig({ [name]: text });
    expect(resolve).toThrow(expect.objectContaining({ code: "invalid-topic-config" }));
    expect(resolve).toThrow(`${name} must be `);
  });

  it("refuses a name that is no setting, and a least lag above the greatest", () => {
    expect(() => resolveTopicConfig({ "retention.min": "1" })).toThrow(expect.objectContaining({ code: "unknown-topic-config" }));
    const lags = { "min.compaction.lag.ms": "11", "max.compaction.lag.ms": "10" };
    expect(() => resolveTopicConfig(lags)).toThrow(expect.objectContaining({ code: "invalid-topic-config" }));
  });

  it("takes settings of old Kafka versions without a word", () => {
    expect(resolveTopicConfig({ "message.format.version": "2.8" })).toEqual(resolveTopicConfig({}));
  });
});

describe("isListConfig, defaultTopicConfig", () => {
  it("know the lists and the defaults", () => {
    expect([isListConfig("cleanup.policy"), isListConfig("retention.ms"), isListConfig("nothing")]).toEqual([true, false, false]);
    expect([defaultTopicConfig("cleanup.policy"), defaultTopicConfig("nothing")]).toEqual(["delete", undefined]);
  });
});
