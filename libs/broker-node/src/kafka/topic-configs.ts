import { type ConfigType, TOPIC_CONFIG_KEYS } from "@millrace/model";
import { defaultsOf } from "../partitions/effective-config.ts";

/** Kafka's numbers: where a value comes from, and of what type it is. */
export const ConfigSource = { TOPIC: 1, STATIC: 4, DEFAULT: 5 } as const;

export const CONFIG_TYPES: Readonly<Record<ConfigType, number>> = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 };

export interface DescribedConfig {
  readonly name: string;
  readonly value: string;
  readonly source: number;
  readonly type: number;
  readonly doc: string;
  /** Where the value is looked for, in this order; the first is in effect. */
  readonly synonyms: readonly { readonly name: string; readonly value: string; readonly source: number }[];
}

/** Every setting of a topic as it is in effect: what was set, else the default for so many replicas. */
export function topicConfigs(
  overrides: Readonly<Record<string, string>>,
  of: { readonly replicaCount: number; readonly internal: boolean },
): readonly DescribedConfig[] {
  const defaults = defaultsOf(of.replicaCount, of.internal);
  return TOPIC_CONFIG_KEYS.map(({ name, type, defaultText, doc }) => {
    const override = overrides[name];
    const standard = { name, value: defaults[name] ?? defaultText, source: ConfigSource.DEFAULT };
    const synonyms = override === undefined ? [standard] : [{ name, value: override, source: ConfigSource.TOPIC }, standard];
    const { value, source } = synonyms[0] ?? standard;
    return { name, value, source, type: CONFIG_TYPES[type], doc, synonyms };
  });
}
