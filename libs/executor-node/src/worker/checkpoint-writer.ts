import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Producer } from "@millrace/client";
import type { BatchDoneSchema } from "@millrace/contracts";
import type { WorkerRuntime } from "@millrace/dataflow";
import { SINK_MARKS_TOPIC } from "@millrace/model";
import { assertDefined } from "@millrace/stdx";
import { FULL_CHECKPOINT_EVERY } from "../limits.ts";
import type { ShuffleIdentity } from "./shuffle-server.ts";
import { inlineBytesMax, type StatePartPorts, storeStateParts } from "./state-parts.ts";

/** What `BatchDone` says of a checkpoint. */
export type SavedState = Required<Pick<MessageInitShape<typeof BatchDoneSchema>, "parts" | "marksEndOffset">>;

interface CheckpointWriterInit {
  readonly identity: ShuffleIdentity;
  readonly workerCount: number;
  readonly runtime: WorkerRuntime;
  /** Outside of any transaction. */
  readonly producer: Producer;
  readonly marksPartition: number;
  readonly ports: StatePartPorts;
}

/** Writes this worker's share of checkpoints: what changed since the last, and now and then everything. */
export class CheckpointWriter {
  readonly #init: CheckpointWriterInit;
  #count = 0;

  constructor(init: CheckpointWriterInit) {
    this.#init = init;
  }

  /** Resolves when the state after this batch is durable. */
  async save(batch: number): Promise<SavedState> {
    const { identity, runtime, producer, workerCount, marksPartition, ports } = this.#init;
    this.#count += 1;
    const snapshots = runtime.snapshotState({ all: this.#count % FULL_CHECKPOINT_EVERY === 0 });
    const target = { ...identity, batch, producer, inlineBytesMax: inlineBytesMax(snapshots.length, workerCount) };
    const parts = await storeStateParts(snapshots, target, ports);
    const [end] = await ports.client.listOffsets([{ topic: SINK_MARKS_TOPIC, partition: marksPartition, at: "latest" }]);
    return { parts, marksEndOffset: BigInt(assertDefined(end, "end of the marks partition").offset) };
  }
}
