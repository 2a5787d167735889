import { readFileSync } from "node:fs";
import { AppError } from "@millrace/model";
import type { z } from "zod";
import { nearestName } from "./nearest-name.ts";
import { ENV_PREFIX, type SettingField, settingFields } from "./setting-schema.ts";

/** Where settings may come from; later ones win: schema defaults, file, environment, flags. */
export interface SettingSources {
  /** Path of a JSON file with the settings object; `MILLRACE_SETTINGS_FILE` names one, too. */
  readonly file?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** By flag name without dashes: `{ "broker-id": "1" }`. Absent values are ignored. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Other variables with Millrace's prefix that someone else reads (the whole variable name). */
  readonly otherEnv?: readonly string[];
}

/** A zod object that yields T. */
export type SettingsSchema<T> = z.ZodObject & z.ZodType<T>;

const SETTINGS_FILE_ENV = `${ENV_PREFIX}SETTINGS_FILE`;

/**
 * Settings from all sources, checked whole. An unknown name is an error (`unknown-setting`, with the nearest known one), so that a typing
 * mistake never means a default; a wrong value names what is allowed (`invalid-setting`).
 */
export function loadSettings<T>(schema: SettingsSchema<T>, sources: SettingSources): T {
  const fields = settingFields(schema);
  const env = sources.env ?? {};
  const values: Record<string, unknown> = readSettingsFile(sources.file ?? env[SETTINGS_FILE_ENV]);
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith(ENV_PREFIX) || name === SETTINGS_FILE_ENV || sources.otherEnv?.includes(name) === true)
      continue;
    const field = fields.find((known) => known.env === name);
    if (field !== undefined) put(values, field.path, parseText(field, text, name));
    else if (!isServiceLink(name, text))
      throw unknownSetting(
        name,
        fields.map((known) => known.env),
      );
  }
  for (const [name, value] of Object.entries(sources.flags ?? {})) {
    if (value === undefined) continue;
    const field = fields.find((known) => known.name === name);
    if (field === undefined)
      throw unknownSetting(
        `--${name}`,
        fields.map((known) => `--${known.name}`),
      );
    put(values, field.path, typeof value === "string" ? parseText(field, value, `--${name}`) : value);
  }
  const parsed = schema.strict().safeParse(values);
  if (parsed.success) return parsed.data as T;
  throw issueError(parsed.error, fields, values);
}

/** Kubernetes puts `MILLRACE_BROKER_SERVICE_HOST`, `MILLRACE_BROKER_PORT=tcp://…` and their like into every pod beside a service of that name. */
function isServiceLink(name: string, text: string): boolean {
  return /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?$/.test(name) || /^(tcp|udp):\/\//.test(text);
}

function readSettingsFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined) return {};
  const invalid = (message: string, cause?: unknown): AppError =>
    new AppError({ kind: "invalid", code: "invalid-setting", message, context: { file: path }, cause });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw invalid(
      cause instanceof SyntaxError ? "settings file is not JSON: correct it" : "settings file cannot be read: check its path",
      cause,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid("settings file must hold one JSON object");
  return { ...value };
}

function put(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let target = values;
  for (const key of path.slice(0, -1)) {
    const next: Record<string, unknown> = typeof target[key] === "object" ? { ...target[key] } : {};
    target[key] = next;
    target = next;
  }
  target[path.at(-1) ?? ""] = value;
}

function parseText(field: SettingField, text: string, source: string): unknown {
  switch (field.type) {
    case "number": {
      const value = Number(text.replaceAll("_", ""));
      if (text.trim() === "" || !Number.isFinite(value)) throw invalidSetting(source, text, "a number");
      return value;
    }
    case "boolean":
      if (text !== "true" && text !== "false") throw invalidSetting(source, text, "true or false");
      return text === "true";
    case "list":
      return text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "");
    default:
      return text;
  }
}

function unknownSetting(name: string, known: readonly string[]): AppError {
  const nearest = nearestName(name, known);
  const message =
    nearest === undefined ? "no such setting: see the settings page for all" : "no such setting: did you mean the nearest one";
  return new AppError({ kind: "invalid", code: "unknown-setting", message, context: { setting: name, nearest } });
}

function invalidSetting(name: string, value: unknown, allowed: string): AppError {
  const shown = typeof value === "string" ? value.replace(/:\/\/[^@/]*@/, "://***@") : JSON.stringify(value);
  const message = value === undefined ? "a required setting is missing: set it" : "setting has a wrong value: use an allowed one";
  return new AppError({ kind: "invalid", code: "invalid-setting", message, context: { setting: name, value: shown, allowed } });
}

function issueError(error: z.ZodError, fields: readonly SettingField[], values: Record<string, unknown>): AppError {
  const issue = error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    return unknownSetting(
      [...path, issue.keys[0]].join("."),
      fields.map((field) => field.path.join(".")),
    );
  }
  const field = fields.find((known) => known.path.join(".") === path.join("."));
  const allowed = field?.type === "enum" ? (field.allowed ?? []).join(", ") : (issue?.message ?? "").toLowerCase();
  let value: unknown = values;
  for (const key of path) value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return invalidSetting(field === undefined ? path.join(".") : `${field.name} (${field.env})`, value, allowed);
}
