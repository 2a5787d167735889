import type { MessageInitShape } from "@bufbuild/protobuf";
import { errorToWire, type ReadState, type StateReadSchema } from "@millrace/contracts";
import type { WorkerRuntime } from "@millrace/dataflow";
import { toAppError } from "@millrace/model";
import { errors } from "../errors.ts";

/** Answers a query of state between two batches. Whatever goes wrong is the answer: somebody who looks must never end a job. */
export function readState(
  { queryId, operatorId, keysJson, keyPrefix, limit }: ReadState,
  { runtime, batch }: { readonly runtime: Pick<WorkerRuntime, "readState" | "heldState"> | undefined; readonly batch: number },
): MessageInitShape<typeof StateReadSchema> {
  try {
    if (runtime === undefined) throw errors.tasksNotOpen();
    const held = runtime.heldState().map((one) => ({ ...one, keyCount: BigInt(one.keyCount) }));
    const answer = operatorId === "" ? { entries: [], more: false } : runtime.readState(operatorId, { keysJson, keyPrefix, limit });
    const entries = answer.entries.map((entry) => ({ ...entry, valueBytes: BigInt(entry.valueBytes) }));
    return { queryId, batch: BigInt(batch), held, entries, more: answer.more };
  } catch (error) {
    return { queryId, batch: BigInt(batch), error: errorToWire(toAppError(error)) };
  }
}
