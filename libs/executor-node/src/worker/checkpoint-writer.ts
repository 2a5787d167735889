import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Producer } from "@millrace/client";
import type { BatchDoneSchema, StatePart, StatePartSchema } from "@millrace/contracts";
import type { WorkerRuntime } from "@millrace/dataflow";
import { SINK_MARKS_TOPIC } from "@millrace/model";
import { assertDefined } from "@millrace/stdx";
import type { ShuffleIdentity } from "./shuffle-server.ts";
import type { OpenPlace } from "./file-part.ts";
import { StateChains } from "./state-chains.ts";
import { inlineBytesMax, type StatePartPorts, storeStatePart } from "./state-parts.ts";

/** What `BatchDone` says of a checkpoint. */
export type SavedState = Required<Pick<MessageInitShape<typeof BatchDoneSchema>, "parts" | "marksEndOffset">>;

interface CheckpointWriterInit {
  readonly identity: ShuffleIdentity;
  readonly workerCount: number;
  readonly runtime: WorkerRuntime;
  /** Outside of any transaction. */
  readonly producer: Producer;
  readonly marksPartition: number;
  /** Of the checkpoint that the worker began with. */
  readonly parts: readonly StatePart[];
  /** The job's checkpoint path, if it has one. */
  readonly place: OpenPlace | undefined;
  readonly ports: StatePartPorts;
}

/** Writes this worker's share of checkpoints: what changed since the last, and now and then a part as a whole. */
export class CheckpointWriter {
  readonly #init: CheckpointWriterInit;
  readonly #chains: StateChains;

  constructor(init: CheckpointWriterInit) {
    this.#init = init;
    this.#chains = new StateChains(init.parts, inlineBytesMax(init.runtime.stateTasks.length, init.workerCount));
  }

  /** Resolves when the state after this batch is durable. Unchanged parts are left out: the manifest refers to them. */
  async save(batch: number): Promise<SavedState> {
    const { identity, runtime, producer, marksPartition, place, ports } = this.#init;
    const target = { ...identity, batch, producer, place, inlineBytesMax: this.#chains.inlineBytesMax };
    const parts: MessageInitShape<typeof StatePartSchema>[] = [];
    this.#chains.begin();
    for (const { chunks, ...snapshot } of runtime.snapshotState((part, hasChanges) => this.#chains.wantsWhole(part, hasChanges))) {
      if (chunks === undefined) continue;
      const part = await storeStatePart({ ...snapshot, chunks }, this.#chains.limitOf(target, snapshot), ports);
      this.#chains.add({ ...snapshot, byteCount: Number(part.byteCount) });
      parts.push(part);
    }
    const [end] = await ports.client.listOffsets([{ topic: SINK_MARKS_TOPIC, partition: marksPartition, at: "latest" }]);
    return { parts, marksEndOffset: BigInt(assertDefined(end, "end of the marks partition").offset) };
  }
}
