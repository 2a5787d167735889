import {
  JOB_SETTINGS_DEFAULT,
  type JobDefinition,
  type JobFunction,
  type JobSettings,
  nameOfSource,
  type OperatorNode,
  OUTPUT_KINDS,
  type RecipeStep,
  type SinkDescriptor,
} from "@millrace/model";
import { jobError } from "./errors.ts";
import { OPERATOR_ID_LENGTH_MAX } from "./limits.ts";

type WithoutIdentity<N> = N extends OperatorNode ? Omit<N, "id" | "name" | "parents"> : never;

/** An operator without its place in a graph. */
export type OperatorSpec = WithoutIdentity<OperatorNode>;

/** An operator while the graph is built: parents are objects, since ids may still be given by `.named()`. */
export interface OperatorDraft {
  readonly spec: OperatorSpec;
  readonly parents: readonly OperatorDraft[];
  readonly functions: Readonly<Record<string, JobFunction>>;
  /** Batch-time slide of the stream that it yields. */
  readonly slideMs: number;
  /** Whether elements carry an event time from `withEventTime` or an event-time window. */
  readonly hasEventTime: boolean;
  readonly derivedId: string;
  userId: string | undefined;
  checkpointMs: number | undefined;
  /** Operators above this one that were added with it and are named after it. */
  readonly inside: readonly { readonly suffix: string; readonly draft: OperatorDraft }[];
  /** Of `late`: the operator whose late elements it shows; its id may still be given. */
  readonly lateOf: OperatorDraft | undefined;
}

/** What an operator adds to its parents; slide and event time are the first parent's unless given. */
export interface OperatorInit {
  readonly spec: OperatorSpec;
  readonly parents?: readonly OperatorDraft[];
  readonly functions?: Readonly<Record<string, JobFunction>>;
  readonly slideMs?: number;
  readonly hasEventTime?: boolean;
  /** What people see as its kind, if it is the last of several operators that make one. */
  readonly shownKind?: string;
  readonly inside?: OperatorDraft["inside"];
  readonly lateOf?: OperatorDraft;
}

/** Collects operators in order of construction, then freezes. Ids are the user's, or kind and number among its kind: the same code gives the same ids. */
export class GraphBuilder {
  readonly #jobName: string;
  readonly #settings: JobSettings;
  readonly #drafts: OperatorDraft[] = [];
  readonly #countOfKind = new Map<string, number>();
  readonly #collector: Collector | undefined;
  #frozen = false;

  /** `collector` runs what is built here by hand, stream by stream; without one it is a job. */
  constructor(jobName: string, settings: Partial<JobSettings>, collector?: Collector) {
    this.#jobName = jobName;
    this.#settings = { ...JOB_SETTINGS_DEFAULT, ...settings };
    this.#collector = collector;
  }

  get batchIntervalMs(): number {
    return this.#settings.batchIntervalMs;
  }

  /** Adds an operator below its parents. */
  add(init: OperatorInit): OperatorDraft {
    const { spec, parents = [], functions = {} } = init;
    if (this.#frozen) {
      const message = "the job is built already: add operators inside the function given to job(), before it returns";
      throw jobError("graph-frozen", message, { job: this.#jobName, operator: spec.kind });
    }
    const kind = init.shownKind ?? spec.kind;
    const number = (this.#countOfKind.get(kind) ?? 0) + 1;
    this.#countOfKind.set(kind, number);
    const draft: OperatorDraft = {
      spec,
      parents,
      functions,
      slideMs: init.slideMs ?? parents[0]?.slideMs ?? this.#settings.batchIntervalMs,
      hasEventTime: init.hasEventTime ?? (parents.length > 0 && parents.every((parent) => parent.hasEventTime)),
      derivedId: `${kind}-${number}`,
      userId: undefined,
      checkpointMs: undefined,
      inside: init.inside ?? [],
      lateOf: init.lateOf,
    };
    for (const { suffix, draft: inner } of draft.inside) inner.userId = `${draft.derivedId}.${suffix}`;
    this.#drafts.push(draft);
    return draft;
  }

  /** Adds the operators that make up `shownKind`, each below the one before it; returns the last. */
  addRecipe(parent: OperatorDraft, shownKind: string, steps: readonly RecipeStep[]): OperatorDraft {
    const inside: { suffix: string; draft: OperatorDraft }[] = [];
    let above = parent;
    for (const { suffix, spec, functions } of steps) {
      const slideMs = "slideMs" in spec ? spec.slideMs : above.slideMs;
      const isLast = suffix === "";
      above = this.add({
        spec,
        parents: [above],
        functions,
        slideMs,
        hasEventTime: false,
        shownKind: isLast ? shownKind : `${shownKind}.${suffix}`,
        ...(isLast ? { inside } : {}),
      });
      if (!isLast) inside.push({ suffix, draft: above });
    }
    return above;
  }

  /** The checkpoint interval that the user wants for a stream. */
  checkpoint(draft: OperatorDraft, intervalMs: number): void {
    if (this.#frozen)
      throw jobError("graph-frozen", "the job is built already: call checkpoint() where the operator is made", {
        job: this.#jobName,
        operator: idOf(draft),
      });
    draft.checkpointMs = intervalMs;
  }

  /** Gives an operator the id by which its state is found again in later versions of the job. */
  name(draft: OperatorDraft, id: string): void {
    if (this.#frozen)
      throw jobError("graph-frozen", "the job is built already: call named() where the operator is made", { job: this.#jobName, id });
    if (id.length > OPERATOR_ID_LENGTH_MAX || !/^[a-zA-Z0-9._-]+$/.test(id)) {
      const message = `an operator name must be 1 to ${OPERATOR_ID_LENGTH_MAX} of the characters a-z A-Z 0-9 . _ -`;
      throw jobError("invalid-operator-name", message, { operator: draft.derivedId, name: id.slice(0, OPERATOR_ID_LENGTH_MAX) });
    }
    if (this.#drafts.some((other) => other !== draft && idOf(other) === id)) throw duplicateName(id);
    draft.userId = id;
    for (const { suffix, draft: inner } of draft.inside) inner.userId = `${id}.${suffix}`;
  }

  /** Runs what leads to this operator, now, and gives all its elements. */
  async collect(draft: OperatorDraft): Promise<readonly unknown[]> {
    if (this.#collector === undefined) {
      const message =
        "collect() is for batches that a program runs by hand, with ctx.batch(...): in a job end the stream with .to(...), .foreachBatch(...) or .print()";
      throw jobError("collect-in-job", message, { operator: idOf(draft) });
    }
    const collected: unknown[] = [];
    const take: JobFunction = (elements) => {
      for (const element of elements as readonly unknown[]) collected.push(element);
    };
    const output = { kind: "foreachBatch", id: "collect", name: "collect", parents: [idOf(draft)] } as const;
    const above = this.#definitionOf(this.#drafts.filter(reachedFrom(draft, this.#drafts)));
    const functions = new Map([...above.functions, ["collect", { f: take }]]);
    await this.#collector({ graph: { ...above.graph, operators: [...above.graph.operators, output] }, functions });
    return collected;
  }

  /** Ends building. The graph must have an output: without one nothing would run. */
  freeze(): JobDefinition {
    this.#frozen = true;
    if (!this.#drafts.some((draft) => OUTPUT_KINDS.includes(draft.spec.kind))) {
      const message = "the job has no output, so nothing would run: end a stream with .to(kafka(...)), .foreachBatch(...) or .print()";
      throw jobError("no-output-operation", message, { job: this.#jobName });
    }
    return this.#definitionOf(this.#drafts);
  }

  #definitionOf(drafts: readonly OperatorDraft[]): JobDefinition {
    const operators: OperatorNode[] = [];
    const functions = new Map<string, Readonly<Record<string, JobFunction>>>();
    for (const draft of drafts) {
      const id = idOf(draft);
      if (operators.some((operator) => operator.id === id)) throw duplicateName(id);
      const { checkpointMs } = draft;
      const own = checkpointMs === undefined ? {} : { checkpointMs };
      operators.push({ id, name: describeOperator(draft), parents: draft.parents.map(idOf), ...specOf(draft), ...own });
      if (Object.keys(draft.functions).length > 0) functions.set(id, draft.functions);
    }
    return { graph: { formatVersion: 1, name: this.#jobName, settings: this.#settings, operators }, functions };
  }
}

/** Runs a graph to its end: functions take what it gives. */
export type Collector = (definition: JobDefinition) => Promise<void>;

/** Whether an operator is this one or leads to it. */
function reachedFrom(draft: OperatorDraft, drafts: readonly OperatorDraft[]): (candidate: OperatorDraft) => boolean {
  const reached = new Set([draft]);
  for (const candidate of drafts.toReversed()) {
    if (!reached.has(candidate)) continue;
    for (const parent of candidate.parents) reached.add(parent);
  }
  return (candidate) => reached.has(candidate);
}

/** Id of an operator as it stands now. */
export function idOf(draft: OperatorDraft): string {
  return draft.userId ?? draft.derivedId;
}

function specOf({ spec, lateOf }: OperatorDraft): OperatorSpec {
  return spec.kind === "late" && lateOf !== undefined ? { ...spec, of: idOf(lateOf) } : spec;
}

function duplicateName(id: string): Error {
  return jobError("duplicate-operator-name", "two operators of the job have one name: give each its own", { name: id });
}

function sinkName(sink: SinkDescriptor): string {
  return sink.type === "topic" ? sink.topic : sink.connector;
}

/** What people see: the given name, else the kind with the name of the function that was passed, if it has one. */
function describeOperator(draft: OperatorDraft): string {
  if (draft.userId !== undefined) return draft.userId;
  const { spec } = draft;
  if (spec.kind === "source") return `from ${nameOfSource(spec.source)}`;
  if (spec.kind === "sink") return `to ${sinkName(spec.sink)}`;
  const functionName = draft.functions.f?.name ?? "";
  return functionName === "" || functionName === "f" ? spec.kind : `${spec.kind}(${functionName})`;
}
