import { parseArgs } from "node:util";
import type { ScenarioFlags } from "./scenario.ts";

export interface Options {
  /** Empty: all. */
  readonly names: readonly string[];
  readonly list: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** Leave folders of passed scenarios, too. */
  readonly keep: boolean;
  readonly seed: number;
  readonly flags: ScenarioFlags;
}

const SEED_END = 1_000_000_000;

/** Reads the command line; throws with a line for people if it is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      keep: { type: "boolean", default: false },
      seed: { type: "string" },
      records: { type: "string" },
      kills: { type: "string" },
      partitions: { type: "string" },
      "broker-kills": { type: "string" },
      brokers: { type: "string" },
      minutes: { type: "string" },
      latency: { type: "string" },
      pictures: { type: "boolean", default: false },
    },
  });
  return {
    names: positionals,
    list: values.list,
    json: values.json,
    help: values.help,
    keep: values.keep,
    seed: wholeNumber("seed", values.seed) ?? Math.floor(Math.random() * SEED_END),
    flags: {
      records: wholeNumber("records", values.records),
      kills: wholeNumber("kills", values.kills),
      partitions: wholeNumber("partitions", values.partitions),
      brokerKills: wholeNumber("broker-kills", values["broker-kills"]),
      brokers: wholeNumber("brokers", values.brokers),
      minutes: wholeNumber("minutes", values.minutes),
      latency: latencyOf(values.latency),
      pictures: values.pictures,
    },
  };
}

function latencyOf(text: string | undefined): ScenarioFlags["latency"] {
  if (text === undefined || text === "batch" || text === "continuous") return text;
  throw new Error(`--latency must be batch or continuous, not ${text}`);
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll("_", ""));
  if (!/^[\d_]+$/.test(text) || !Number.isSafeInteger(value)) throw new Error(`--${name} must be a whole number, not ${text}`);
  return value;
}
