import type { z } from "zod";

/** One setting, as its schema describes it. */
export interface SettingField {
  /** Where it is in the settings object. */
  readonly path: readonly string[];
  /** `broker-id`: flags and messages use this. */
  readonly name: string;
  /** `MILLRACE_BROKER_ID`. */
  readonly env: string;
  readonly type: "string" | "number" | "boolean" | "enum" | "list";
  /** Allowed values, where there are few. */
  readonly allowed: readonly string[] | undefined;
  readonly defaultValue: unknown;
  readonly doc: string;
}

/** Environment variables that are settings start with this. */
export const ENV_PREFIX = "MILLRACE_";

/** All settings of a schema: nested objects become joined names (`log.segmentBytes` → `log-segment-bytes`). */
export function settingFields(schema: z.ZodObject): readonly SettingField[] {
  return fieldsOf(schema.shape, []);
}

function fieldsOf(shape: Readonly<Record<string, unknown>>, parents: readonly string[]): readonly SettingField[] {
  return Object.entries(shape).flatMap(([key, value]) => {
    const path = [...parents, key];
    const { inner, defaultValue, doc } = unwrap(value);
    if (inner.type === "object") return fieldsOf(inner.def["shape"] as Readonly<Record<string, unknown>>, path);
    const name = path.map(kebab).join("-");
    return [{ path, name, env: ENV_PREFIX + name.replaceAll("-", "_").toUpperCase(), ...typeOf(inner), defaultValue, doc }];
  });
}

interface Unwrapped {
  readonly inner: Definition;
  readonly defaultValue: unknown;
  readonly doc: string;
}

/** The part of zod's inside that is read here. */
interface Definition {
  readonly type: string;
  readonly def: Readonly<Record<string, unknown>>;
  readonly description?: string | undefined;
}

function unwrap(schema: unknown): Unwrapped {
  let inner = schema as Definition;
  let defaultValue: unknown;
  let doc = inner.description ?? "";
  for (;;) {
    if (inner.type === "default" || inner.type === "prefault") defaultValue ??= inner.def["defaultValue"];
    const next = inner.def["innerType"] ?? (inner.type === "pipe" ? inner.def["in"] : undefined);
    if (next === undefined) return { inner, defaultValue, doc };
    inner = next as Definition;
    if (doc === "") doc = inner.description ?? "";
  }
}

function typeOf(inner: Definition): Pick<SettingField, "type" | "allowed"> {
  switch (inner.type) {
    case "number":
    case "int":
      return { type: "number", allowed: undefined };
    case "boolean":
      return { type: "boolean", allowed: ["true", "false"] };
    case "enum":
      return { type: "enum", allowed: Object.values(inner.def["entries"] as Record<string, string>) };
    case "array":
      return { type: "list", allowed: undefined };
    default:
      return { type: "string", allowed: undefined };
  }
}

function kebab(key: string): string {
  return key.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

/** The settings as a Markdown table for the documentation. */
export function settingsTable(schema: z.ZodObject): string {
  const rows = settingFields(schema).map((field) => {
    const type = field.allowed === undefined ? field.type : field.allowed.join(" \\| ");
    const value = field.defaultValue === undefined ? "–" : `\`${JSON.stringify(field.defaultValue)}\``;
    return `| \`--${field.name}\` | \`${field.env}\` | ${type} | ${value} | ${field.doc} |`;
  });
  return ["| flag | environment | type | default | what it does |", "|---|---|---|---|---|", ...rows].join("\n");
}
