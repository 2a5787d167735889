import { TOPIC_CONFIG_KEYS } from "@millrace/model";

const SOURCE_TOPIC = 1;
const SOURCE_DEFAULT = 5;
const TYPE_STRING = 2;
const TYPE_LONG = 5;
const TYPE_DOUBLE = 6;

export interface DescribedConfig {
  readonly name: string;
  readonly value: string;
  readonly source: number;
  readonly type: number;
  readonly doc: string;
}

/** Every setting of a topic as it is in effect: what was set, else the default. */
export function topicConfigs(overrides: Readonly<Record<string, string>>): readonly DescribedConfig[] {
  return TOPIC_CONFIG_KEYS.map(({ name, defaultValue, doc }) => {
    const override = overrides[name];
    const type = typeof defaultValue !== "number" ? TYPE_STRING : Number.isInteger(defaultValue) ? TYPE_LONG : TYPE_DOUBLE;
    return { name, value: override ?? String(defaultValue), source: override === undefined ? SOURCE_DEFAULT : SOURCE_TOPIC, type, doc };
  });
}
