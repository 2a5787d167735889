import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { check } from "../scenario.ts";
import { type ProgramOptions, type ProgramResult, runCli } from "../system/run-cli.ts";

/** What the cases have at hand: a cluster that runs, and a Redis that is set up wrongly. */
export interface BadWorld {
  readonly folder: string;
  /** host:port of the running cluster's broker. */
  readonly address: string;
  /** Its data folder. */
  readonly dataDir: string;
  readonly safeRedisUrl: string;
  readonly unsafeRedisUrl: string;
}

/** One mistake and what must be said about it. */
export interface BadCase {
  readonly name: string;
  /** Code at the end of the error's line. */
  readonly code: string;
  /** What the line must mention: what is wrong, and what to do about it. */
  readonly mentions: readonly (string | RegExp)[];
  /** Lines before the error that belong to it, like a compiler's list. */
  readonly details?: RegExp;
  run(world: BadWorld): Promise<ProgramResult>;
}

/** The command line against the running cluster. */
export function cli(args: (world: BadWorld) => readonly string[], options: ProgramOptions = {}): BadCase["run"] {
  return (world) => runCli([...args(world), "--address", world.address], options);
}

/** A service that must not start. */
export function service(args: (world: BadWorld) => readonly string[], options: ProgramOptions = {}): BadCase["run"] {
  return (world) => runCli([...args(world)], { withinMs: 30_000, ...options });
}

/** Writes a file below the scenario's folder; returns its path. */
export function writeBelow(world: BadWorld, path: string, content: string): string {
  const full = join(world.folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

/** Throws unless the result is one line that says it all, and an exit code that scripts see. */
export function checkResult({ name, code, mentions, details }: BadCase, { exit, stderr }: ProgramResult): void {
  const lines = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  const said = `exit=${exit} stderr:\n${stderr.slice(0, 2_000)}`;
  check(typeof exit === "number" && exit > 0, `${name}: a small exit code is expected, ${said}`);
  const error = lines.findLast((line) => line.startsWith("error: "));
  check(error?.endsWith(`[${code}]`) === true, `${name}: an error line with [${code}] is expected, ${said}`);
  for (const wanted of mentions) {
    const holds = typeof wanted === "string" ? error.includes(wanted) : wanted.test(error);
    check(holds, `${name}: the error must mention ${String(wanted)}, ${said}`);
  }
  const others = lines.filter((line) => line !== error && details?.test(line) !== true);
  check(others.length === 0, `${name}: one line is expected, ${said}`);
}
