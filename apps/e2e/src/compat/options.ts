import { parseArgs } from "node:util";

/** What `npm run compat` was asked for. */
export interface CompatOptions {
  /** client, or client:feature; empty is everything of the kinds. */
  readonly only: readonly string[];
  readonly kinds: ReadonlySet<CompatKind>;
  /** Without cases that take more than a few seconds, and without suites: for continuous integration. */
  readonly quick: boolean;
  readonly json: boolean;
  readonly list: boolean;
  readonly keep: boolean;
}

export type CompatKind = "clients" | "suites" | "engines";

const KINDS: readonly CompatKind[] = ["clients", "suites", "engines"];
/** Engines need Java and Maven and take minutes: they are asked for by name. */
const DEFAULT_KINDS: readonly CompatKind[] = ["clients", "suites"];

export function parseCompatOptions(args: readonly string[]): CompatOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true, default: [] },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.filter((name) => !KINDS.some((kind) => kind === name));
  if (unknown.length > 0) throw new Error(`no such kind of cases: ${unknown.join(", ")}; kinds are ${KINDS.join(", ")}`);
  const named = KINDS.filter((kind) => positionals.includes(kind));
  const standard = values.only.length > 0 ? KINDS : values.quick ? (["clients"] as const) : DEFAULT_KINDS;
  return { ...values, kinds: new Set(named.length > 0 ? named : standard) };
}
