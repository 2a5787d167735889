import type { JobDefinition, OperatorNode, SerdeDescriptor } from "@millrace/model";
import { createValueDecoder, type SinkRecord } from "@millrace/dataflow";
import { buildJob, type Duration, type JobModule } from "@millrace/streams";
import { assertDefined } from "@millrace/stdx";
import { errors } from "./errors.ts";
import { LOCAL_FORMATS, LocalRuntime } from "./local-runtime.ts";

/** A record that a job wrote, decoded with its sink's serdes; of a sink without them the element itself is the value. */
export interface TestRecord {
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number;
}

export interface TestJobOptions {
  /** Partitions of each source; elements go to them in turn. Default: 1, so that order is kept. */
  readonly partitions?: number;
  /** Milliseconds since 1970 UTC at which the manual clock starts. Default: 0. */
  readonly startMs?: number;
}

/**
 * A job as users write it, run in this process on elements in memory and a manual clock: the plan, operators and watermarks of a cluster, without one.
 * Sources and sinks go by topic or by the name given with `.named`; elements are what the source's serde would decode.
 */
export class TestJob {
  readonly #definition: JobDefinition;
  readonly #runtime: LocalRuntime;
  readonly #partitions: number;
  readonly #waiting = new Map<string, unknown[][]>();
  readonly #written = new Map<string, TestRecord[]>();
  readonly #decoders = new Map<string, (record: SinkRecord) => TestRecord>();
  readonly #printed: string[] = [];
  #turn = 0;
  #ended = false;

  constructor(module: JobModule, { partitions = 1, startMs = 0 }: TestJobOptions = {}) {
    this.#definition = buildJob(module);
    this.#partitions = partitions;
    const sources = this.#operators("source").map(({ id }) => [id, partitions] as const);
    this.#runtime = new LocalRuntime(this.#definition, { partitions: new Map(sources), zeroTimeMs: startMs });
    for (const operator of this.#operators("sink")) this.#decoders.set(operator.id, recordDecoder(operator));
  }

  /** Batch time of the last batch. */
  get timeMs(): number {
    return this.#runtime.timeMs;
  }

  /** What `print` showed, all of it. */
  get printed(): readonly string[] {
    return this.#printed;
  }

  /** Elements of the next batch. */
  send(source: string, ...elements: readonly unknown[]): this {
    if (this.#ended) throw errors.ended();
    const lists = this.#waitingOf(this.#idOf("source", source));
    for (const element of elements) lists[this.#turn++ % this.#partitions]?.push(element);
    return this;
  }

  /** Lets so much time pass: as many batches, of which the first has what was sent. */
  async advance(time: Duration): Promise<this> {
    const { batchIntervalMs } = this.#definition.graph.settings;
    if (time <= 0 || time % batchIntervalMs !== 0) throw errors.offGrid(time, batchIntervalMs);
    for (let passed = 0; passed < time; passed += batchIntervalMs) await this.#batch(false);
    return this;
  }

  /** One batch. */
  batch(): Promise<this> {
    return this.#batch(false);
  }

  /** The end of all input, as of a bounded source: a batch with what was sent, then the last one, which closes every window. */
  async end(): Promise<this> {
    if (this.#waiting.size > 0) await this.#batch(false);
    await this.#batch(true);
    this.#ended = true;
    return this;
  }

  /** Records that were written to a topic or a named output since this was last asked. */
  take(sink: string): TestRecord[] {
    const id = this.#idOf("sink", sink);
    const written = this.#written.get(id) ?? [];
    this.#written.delete(id);
    return written;
  }

  /** Their values alone. */
  takeValues(sink: string): unknown[] {
    return this.take(sink).map(({ value }) => value);
  }

  async #batch(final: boolean): Promise<this> {
    if (this.#ended) throw errors.ended();
    const input = new Map(this.#waiting);
    this.#waiting.clear();
    const { records, printed } = await this.#runtime.runBatch(input, { final });
    this.#printed.push(...printed);
    for (const record of records) {
      const written = this.#written.get(record.sink) ?? [];
      this.#written.set(record.sink, written);
      written.push(assertDefined(this.#decoders.get(record.sink), "sink")(record));
    }
    return this;
  }

  #waitingOf(source: string): unknown[][] {
    const known = this.#waiting.get(source);
    if (known !== undefined) return known;
    const lists = Array.from({ length: this.#partitions }, (): unknown[] => []);
    this.#waiting.set(source, lists);
    return lists;
  }

  #operators<K extends "source" | "sink">(kind: K): (OperatorNode & { kind: K })[] {
    return this.#definition.graph.operators.filter((operator): operator is OperatorNode & { kind: K } => operator.kind === kind);
  }

  #idOf(kind: "source" | "sink", name: string): string {
    const ends = this.#operators(kind).map((operator) => ({ id: operator.id, topic: topicOf(operator) }));
    const found = ends.find(({ id, topic }) => id === name || topic === name);
    if (found !== undefined) return found.id;
    throw errors.noSuchEnd(
      kind,
      name,
      ends.map(({ id, topic }) => topic ?? id),
    );
  }
}

function topicOf(operator: OperatorNode & { kind: "source" | "sink" }): string | undefined {
  const end = operator.kind === "source" ? operator.source : operator.sink;
  return end.type === "topic" ? end.topic : undefined;
}

function recordDecoder({ sink }: OperatorNode & { kind: "sink" }): (record: SinkRecord) => TestRecord {
  const key = partDecoder(sink.key ?? (sink.type === "topic" ? { format: "string" } : undefined));
  const value = partDecoder(sink.value);
  return (record) => ({
    key: key(record.key),
    value: sink.value === undefined ? record.element : value(record.value),
    timestamp: record.timestampMs,
  });
}

function partDecoder(serde: SerdeDescriptor | undefined): (bytes: Uint8Array | null) => unknown {
  if (serde === undefined) return () => undefined;
  const decode = createValueDecoder(serde, LOCAL_FORMATS);
  return (bytes) => (bytes === null ? undefined : decode(bytes, 0, bytes.length));
}

/** A job for a test: see `TestJob`. */
export function testJob(module: JobModule, options: TestJobOptions = {}): TestJob {
  return new TestJob(module, options);
}
