import { bindService, type BoundService, type ExchangeRequest, ShuffleService } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import type { IncomingBlock } from "@millrace/dataflow";
import { errors } from "../errors.ts";

/** What comes in from peers, in the order in which each peer sent it. */
export interface ShuffleReceiver {
  onBlock(block: IncomingBlock): void;
  onEdgeEnd(
    end: { readonly batch: number; readonly edge: number; readonly fromWorker: number; readonly blockCount: number },
    traceparent: string,
  ): void;
  /** A peer's stream broke: its blocks may be missing, so the epoch is over. */
  onPeerLost(error: Error): void;
}

export interface ShuffleIdentity {
  readonly jobId: string;
  readonly jobEpoch: number;
  readonly workerIndex: number;
}

/** The receiving side of the shuffle. Blocks of another job, epoch or receiver are refused (reliability C4). */
export function createShuffleServer(identity: ShuffleIdentity, receiver: ShuffleReceiver): BoundService {
  return bindService(ShuffleService, {
    async *exchange(requests) {
      let sender: number | undefined;
      try {
        for await (const request of requests) {
          sender = accept(identity, receiver, sender, request);
          yield { sequence: request.sequence };
        }
      } catch (error) {
        if (sender !== undefined) receiver.onPeerLost(toAppError(error));
        throw error;
      }
    },
  });
}

function accept(identity: ShuffleIdentity, receiver: ShuffleReceiver, sender: number | undefined, request: ExchangeRequest): number {
  const { message } = request;
  if (message.case === "hello") {
    const { jobId, jobEpoch, receiverIndex, senderIndex } = message.value;
    if (jobId !== identity.jobId || Number(jobEpoch) !== identity.jobEpoch || receiverIndex !== identity.workerIndex) {
      throw errors.staleShuffle({ job: jobId, jobEpoch: Number(jobEpoch), expected: identity.jobEpoch });
    }
    return senderIndex;
  }
  if (sender === undefined) throw errors.protocol("shuffle stream without hello");
  if (message.case === "block") {
    const { batch, edge, fromTask, toSlot, recordCount, payload } = message.value;
    receiver.onBlock({ batch: Number(batch), edge, fromTask, toSlot, recordCount, payload });
  } else if (message.case === "edgeEnd") {
    const { batch, edge, blockCount, traceparent } = message.value;
    receiver.onEdgeEnd({ batch: Number(batch), edge, fromWorker: sender, blockCount }, traceparent);
  }
  return sender;
}
