import type { Client } from "@millrace/client";
import { createCompressionCodecs, createValueCodec, crc32c } from "@millrace/codecs";
import type { GetCheckpointResponse, StateEntry, StatePart } from "@millrace/contracts";
import { SavedState, type StateQuery } from "@millrace/dataflow";
import { loadStatePart, placesByScheme } from "@millrace/executor-node";
import { AppError, type JobGraph } from "@millrace/model";
import { createCheckpointFolders } from "@millrace/storage-fs";
import { createCheckpointBuckets } from "@millrace/storage-s3";

/** What a checkpoint has of one operator. */
export interface SavedOperator {
  readonly operator: string;
  readonly kind: string;
  readonly tasks: number;
  readonly buckets: number;
  readonly keys: number;
  readonly bytes: number;
  readonly formats: readonly number[];
  /** Parts by where they lie: inline, topic, file. */
  readonly parts: Readonly<Record<string, number>>;
}

/** State of a savepoint or checkpoint, read from where it lies, part by part: one task of one operator is in memory at a time. Every part is checked against its sum. */
export class SavedStateReader {
  readonly #checkpoint: GetCheckpointResponse;
  readonly #ports: Parameters<typeof loadStatePart>[1];
  readonly #kinds: ReadonlyMap<string, string>;
  readonly #codec = createValueCodec();

  constructor(client: Client, checkpoint: GetCheckpointResponse) {
    this.#checkpoint = checkpoint;
    const places = placesByScheme({ file: createCheckpointFolders(), s3: createCheckpointBuckets(process.env) });
    this.#ports = { client, crc32c, compression: createCompressionCodecs(), places };
    const { operators } = JSON.parse(checkpoint.graphJson) as JobGraph;
    this.#kinds = new Map(operators.map(({ id, kind }) => [id, kind]));
  }

  get operatorIds(): readonly string[] {
    return [...new Set(this.#checkpoint.parts.map(({ operatorId }) => operatorId))];
  }

  /** Refuses one that the checkpoint has nothing of. */
  assertHas(operator: string): void {
    if (this.operatorIds.includes(operator)) return;
    const has = this.operatorIds.length === 0 ? "it has no state at all" : `it has that of: ${this.operatorIds.join(", ")}`;
    const message = `the checkpoint has no state of this operator: ${has}`;
    throw new AppError({ kind: "not-found", code: "operator-without-state", message, context: { operator } });
  }

  async summary(operator: string): Promise<SavedOperator> {
    const parts = this.#partsOf(operator);
    const buckets = new Set<number>();
    const formats = new Set<number>();
    let [keys, tasks] = [0, 0];
    for await (const { state } of this.#tasks(parts)) {
      state.addBuckets(buckets);
      formats.add(state.formatVersion);
      keys += state.keyCount;
      tasks += 1;
    }
    const places: Record<string, number> = {};
    for (const { location } of parts) places[location.case ?? "none"] = (places[location.case ?? "none"] ?? 0) + 1;
    const bytes = parts.reduce((sum, { byteCount }) => sum + Number(byteCount), 0);
    const kind = this.#kinds.get(operator) ?? "";
    return { operator, kind, tasks, buckets: buckets.size, keys, bytes, formats: [...formats], parts: places };
  }

  /** Entries that a query asks for, task by task. */
  async *entries(operator: string, query: StateQuery): AsyncGenerator<StateEntry, void, undefined> {
    let left = query.limit;
    for await (const { taskIndex, state } of this.#tasks(this.#partsOf(operator))) {
      for (const entry of state.entries(taskIndex, { ...query, limit: left })) {
        left -= 1;
        yield { ...entry, valueBytes: BigInt(entry.valueBytes), $typeName: "millrace.coordinator.v1.StateEntry" };
      }
      if (left <= 0) return;
    }
  }

  #partsOf(operator: string): readonly StatePart[] {
    return this.#checkpoint.parts.filter(({ operatorId }) => operatorId === operator);
  }

  async *#tasks(parts: readonly StatePart[]): AsyncGenerator<{ readonly taskIndex: number; readonly state: SavedState }, void, undefined> {
    const byTask = [...Map.groupBy(parts, ({ taskIndex }) => taskIndex)].sort(([left], [right]) => left - right);
    for (const [taskIndex, own] of byTask) {
      const state = new SavedState(own[0]?.operatorId ?? "", this.#codec);
      for (const part of own) for await (const chunk of loadStatePart(part, this.#ports)) state.load(chunk);
      yield { taskIndex, state };
    }
  }
}
