import type { TopicConfig } from "./topic.ts";

export type ConfigType = "boolean" | "string" | "int" | "long" | "double" | "list";

/** One topic setting: how its text is read, and what it is when nobody sets it. */
export interface ConfigKey<T> {
  readonly name: string;
  /** Where the value goes; undefined for settings of Kafka that are taken and reported, and have nothing to act on here. */
  readonly field: keyof TopicConfig | undefined;
  readonly type: ConfigType;
  readonly defaultValue: T;
  /** The default as a client reads it. */
  readonly defaultText: string;
  readonly doc: string;
  /** undefined: not allowed. */
  parse(text: string): T | undefined;
  readonly allowed: string;
}

type Field = keyof TopicConfig | undefined;

/** Kafka's largest values; a long above 2^53-1 is as good as that. */
export const INT_MAX = 2_147_483_647;
const LONG_MAX_TEXT = "9223372036854775807";

interface NumberOptions {
  readonly field: Field;
  readonly defaultValue: number;
  readonly min: number;
  readonly doc: string;
}

export function intKey(name: string, options: NumberOptions & { readonly max?: number; readonly except?: number }): ConfigKey<number> {
  const { field, defaultValue, min, max = INT_MAX, except, doc } = options;
  const parse = (text: string): number | undefined => {
    const value = Number(text);
    return /^-?\d+$/.test(text) && value >= min && value <= max && value !== except ? value : undefined;
  };
  const range = min === max ? String(min) : `an integer from ${min} to ${max}`;
  return {
    name,
    field,
    type: "int",
    defaultValue,
    defaultText: String(defaultValue),
    doc,
    allowed: except === undefined ? range : `${range}, but not ${except}`,
    parse,
  };
}

export function longKey(name: string, options: NumberOptions): ConfigKey<number> {
  const { field, defaultValue, min, doc } = options;
  const parse = (text: string): number | undefined => {
    if (!/^-?\d{1,19}$/.test(text) || BigInt(text) > BigInt(LONG_MAX_TEXT)) return undefined;
    const value = Math.min(Number(text), Number.MAX_SAFE_INTEGER);
    return value >= min ? value : undefined;
  };
  const defaultText = defaultValue === Number.MAX_SAFE_INTEGER ? LONG_MAX_TEXT : String(defaultValue);
  return { name, field, type: "long", defaultValue, defaultText, doc, allowed: `an integer from ${min} to ${LONG_MAX_TEXT}`, parse };
}

export function doubleKey(name: string, options: NumberOptions & { readonly max: number }): ConfigKey<number> {
  const { field, defaultValue, min, max, doc } = options;
  const parse = (text: string): number | undefined => {
    const value = Number(text);
    return /^\d*\.?\d+$/.test(text) && value >= min && value <= max ? value : undefined;
  };
  return {
    name,
    field,
    type: "double",
    defaultValue,
    defaultText: String(defaultValue),
    doc,
    allowed: `a number from ${min} to ${max}`,
    parse,
  };
}

export function booleanKey(
  name: string,
  options: { readonly field: Field; readonly defaultValue: boolean; readonly only?: boolean; readonly doc: string },
): ConfigKey<boolean> {
  const { field, defaultValue, only, doc } = options;
  const parse = (text: string): boolean | undefined => {
    const lower = text.trim().toLowerCase();
    const value = lower === "true" ? true : lower === "false" ? false : undefined;
    return only === undefined || value === only ? value : undefined;
  };
  const allowed = only === undefined ? "true or false" : String(only);
  return { name, field, type: "boolean", defaultValue, defaultText: String(defaultValue), doc, allowed, parse };
}

/** One of a few words; the first is the default. */
export function choiceKey<T extends string>(
  name: string,
  options: { readonly field: Field; readonly choices: readonly [T, ...T[]]; readonly doc: string },
): ConfigKey<T> {
  const { field, choices, doc } = options;
  const parse = (text: string): T | undefined => choices.find((choice) => choice === text);
  return {
    name,
    field,
    type: "string",
    defaultValue: choices[0],
    defaultText: choices[0],
    doc,
    allowed: `one of ${choices.join(" | ")}`,
    parse,
  };
}

/** A list of words, of which these combinations mean something. */
export function listKey<T extends string>(
  name: string,
  options: { readonly field: Field; readonly values: Readonly<Record<string, T>>; readonly defaultValue: T; readonly doc: string },
): ConfigKey<T> {
  const { field, values, defaultValue, doc } = options;
  const normal = (text: string): string => [...new Set(text.split(",").map((element) => element.trim()))].join(",");
  const parse = (text: string): T | undefined => (Object.hasOwn(values, normal(text)) ? values[normal(text)] : undefined);
  const allowed = `one of ${[...new Set(Object.values(values))].join(" | ")}`;
  return { name, field, type: "list", defaultValue, defaultText: defaultValue, doc, allowed, parse };
}

/** A word that means something to whoever set it; empty: not set. */
export function wordKey(name: string, { field, doc }: { readonly field: Field; readonly doc: string }): ConfigKey<string> {
  const parse = (text: string): string | undefined => (/^[a-zA-Z0-9.:/_-]{0,100}$/.test(text) ? text : undefined);
  const allowed = "at most 100 of a-z A-Z 0-9 . : / _ -";
  return { name, field, type: "string", defaultValue: "", defaultText: "", doc, allowed, parse };
}

/** Any text, kept for tools that read it back. */
export function textKey(name: string, doc: string): ConfigKey<string> {
  return { name, field: undefined, type: "list", defaultValue: "", defaultText: "", doc, allowed: "a list", parse: (text) => text };
}
