import { InvalidArgumentError } from "commander";
import type { ConnectTls } from "./world.ts";

/** Options that every command has. */
export interface GlobalOptions {
  /** host:port of brokers. */
  readonly address: string;
  readonly json?: boolean;
  /** PEM files; absent: plain text. */
  readonly tlsCaFile?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  /** Name in certificates of services that are reached by IP address. */
  readonly tlsPeerName?: string;
}

/** Parser of a whole number in a range, for an option. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll("_", ""));
    if (/^[\d_]+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min} is needed.` : `a whole number from ${min} to ${max} is needed.`,
    );
  };
}

/** Parser of `name=value`, collected over repeated options. */
export function assignment(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("it must look like name=value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Parser of `name=value`, several values of a name when repeated. */
export function assignments(
  text: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const [[name, value] = ["", ""]] = Object.entries(assignment(text));
  return { ...before, [name]: [...(before[name] ?? []), value] };
}

/** Addresses of an option: host:port, several with commas. */
export function addressesOf(options: GlobalOptions): readonly string[] {
  return options.address
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
}

/** Who the connection is, and whom it believes. */
export function tlsOf({ tlsCaFile = "", tlsCertFile = "", tlsKeyFile = "", tlsPeerName = "" }: GlobalOptions): ConnectTls {
  return { caFile: tlsCaFile, certFile: tlsCertFile, keyFile: tlsKeyFile, peerName: tlsPeerName };
}

/** Refuses what cannot be an address before anything tries to resolve it. */
export function addressList(text: string): string {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => /^(\[[0-9a-f:]+\]|[^\s:/]+):\d{1,5}$/i.test(part))) return parts.join(",");
  throw new InvalidArgumentError("it must be host:port, several with commas.");
}

/** Parser of any whole number, for an option. */
export function integer(text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (/^[-+]?[\d_]+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("a whole number is needed.");
}

/** Parser of a number of workers; "auto" is 0: as many as the executors offer. */
export function workerCount(text: string): number {
  if (text === "auto") return 0;
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('a whole number from 1 on is needed, or "auto".');
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const ISO_DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;

/** Milliseconds of a duration: 500ms, 30s, 15m, 12h, 7d, or as ISO 8601 has it, P1DT12H. */
export function duration(text: string): number {
  const ms = durationOf(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError("a duration is needed, such as 30s, 15m, 12h, 7d or PT1H30M.");
}

/** The same; undefined for what is none. */
export function durationOf(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (UNIT_MS[unit] ?? 0);
  const parts = /\d/.test(text) ? ISO_DURATION.exec(text) : null;
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part: string | undefined) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

/** Milliseconds since 1970 of a point in time: ISO 8601 (UTC where no zone is said), or the number itself. */
export function pointInTime(text: string): number {
  const ms = pointInTimeOf(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError("a date and time is needed, such as 2026-11-26T12:00:00Z, or milliseconds since 1970.");
}

/** The same; undefined for what is none. */
export function pointInTimeOf(text: string): number | undefined {
  if (/^\d{12,14}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[-+]\d{2}:?\d{2})?)?$/i.test(text)) return undefined;
  const iso = text.replace(" ", "T");
  const ms = Date.parse(/T/i.test(iso) && !/(Z|[-+]\d{2}:?\d{2})$/i.test(iso) ? `${iso}Z` : iso);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Partitions of a topic, as `--topic flights` or `--topic flights:0,2` name them. */
export interface TopicSelection {
  readonly topic: string;
  /** Absent: all. */
  readonly partitions?: readonly number[];
}

/** Parser of a topic with or without partitions, collected over repeated options. */
export function topicSelection(text: string, before: readonly TopicSelection[] = []): readonly TopicSelection[] {
  const [, topic, list] = /^([^:]+)(?::(\d+(?:,\d+)*))?$/.exec(text) ?? [];
  if (topic === undefined) throw new InvalidArgumentError("it must look like topic, or topic:0,2 for some of its partitions.");
  return [...before, list === undefined ? { topic } : { topic, partitions: list.split(",").map(Number) }];
}

/** Parser of words with commas or repeated, in lower case. */
export function words(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").map((word) => word.trim().toLowerCase())];
}

/** Parser of names of settings with commas or repeated. */
export function configNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").map((name) => name.trim())];
}
