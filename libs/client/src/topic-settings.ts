import { ConfigChange_Operation as Operation } from "@millrace/contracts";
import { TOPIC_CONFIG_KEYS } from "@millrace/model";
import type { ConfigChange, TopicSetting } from "./admin-api.ts";

const OPERATIONS: Readonly<Record<ConfigChange["operation"], Operation>> = {
  set: Operation.SET,
  delete: Operation.DELETE,
  append: Operation.APPEND,
  subtract: Operation.SUBTRACT,
};

export function changeToWire({ operation, name, value = "" }: ConfigChange) {
  return { operation: OPERATIONS[operation], name, value };
}

/** Every setting of a topic as it is in effect, given those that were set. */
export function settingsOf(configs: Readonly<Record<string, string>>): readonly TopicSetting[] {
  return TOPIC_CONFIG_KEYS.map(({ name, type, defaultText, doc }) => {
    const value = configs[name];
    return { name, value: value ?? defaultText, defaultValue: defaultText, isSet: value !== undefined, type, doc };
  });
}
