import { AppError, JOB_SETTINGS_DEFAULT, type JobDefinition, type JobFunction, type JobSettings, type OperatorNode } from "@millrace/model";

type Spec<N = OperatorNode> = N extends OperatorNode ? Omit<N, "id" | "name" | "parents"> : never;

/** Any function as a job's function. */
export function fn(f: (...args: never[]) => unknown): JobFunction {
  return f as JobFunction;
}

/** Builds a job for tests, operator by operator. */
export class TestJob {
  readonly #operators: OperatorNode[] = [];
  readonly #functions = new Map<string, Readonly<Record<string, JobFunction>>>();
  readonly #settings: JobSettings;
  #frozen = false;

  constructor(settings: Partial<JobSettings> = {}) {
    this.#settings = { ...JOB_SETTINGS_DEFAULT, ...settings };
  }

  source(id: string): string {
    const source = {
      type: "topic",
      topic: id,
      value: { format: "json" },
      elements: "value",
      start: "earliest",
      onBadRecord: "fail",
    } as const;
    return this.add(id, { kind: "source", source }, []);
  }

  add(id: string, spec: Spec, parents: readonly string[], functions: Readonly<Record<string, (...args: never[]) => unknown>> = {}): string {
    this.assertOpen(id);
    this.#operators.push({ ...spec, id, name: id, parents });
    this.#functions.set(id, Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, fn(f)])));
    return id;
  }

  /** Throws as the DStream API does when an operator comes after the graph was built. */
  assertOpen(id: string): void {
    if (!this.#frozen) return;
    throw new AppError({
      kind: "invalid",
      code: "graph-frozen",
      message: "the job is built already: add operators before",
      context: { operator: id },
    });
  }

  build(): JobDefinition {
    this.#frozen = true;
    return { graph: { formatVersion: 1, name: "test", settings: this.#settings, operators: this.#operators }, functions: this.#functions };
  }
}
