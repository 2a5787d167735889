import { AppError } from "@millrace/model";

/** A hot path of a library, as `libs/<lib>/bench/*.bench.ts` exports them in `cases`. */
export interface MicroCase {
  readonly name: string;
  /** What is counted, in the plural, and how many of it one run does. */
  readonly unit: string;
  readonly units: number;
  run(): unknown;
}

export interface BenchModule {
  readonly cases: readonly MicroCase[];
  /** Ends what the module started. */
  close(): Promise<void>;
}

/** Takes what a bench file exports; a file without cases is an error that names it. */
export function benchModuleOf(file: string, exported: unknown): BenchModule {
  const { cases, close } = (exported ?? {}) as { cases?: unknown; close?: unknown };
  if (!Array.isArray(cases) || cases.length === 0 || !cases.every(isCase))
    throw new AppError({
      kind: "invalid",
      code: "bench-file-invalid",
      message: `a bench file exports cases: an array of { name, unit, units, run }, which it does not file=${file}`,
    });
  const names = cases.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new AppError({ kind: "invalid", code: "bench-file-invalid", message: `two cases have one name file=${file} name=${twice}` });
  return {
    cases,
    close: async () => {
      if (typeof close === "function") await (close as () => unknown)();
    },
  };
}

function isCase(value: unknown): value is MicroCase {
  const { name, unit, units, run } = (value ?? {}) as Partial<Record<keyof MicroCase, unknown>>;
  return typeof name === "string" && typeof unit === "string" && typeof units === "number" && units > 0 && typeof run === "function";
}
