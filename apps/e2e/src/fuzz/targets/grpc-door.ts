import { type DescMethod, type DescService, fromBinary } from "@bufbuild/protobuf";
import { BrokerService, ConsumerGroupService, JobService, PlacementService, TopicService, TransactionService } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { SimulatedCluster } from "../../power/simulated-cluster.ts";
import type { FuzzTarget, OpenTarget } from "../fuzz-target.ts";
import { sampleMessages } from "./grpc-samples.ts";

/** What anybody who reaches a broker or a coordinator may call. */
const SERVICES: readonly { readonly service: DescService; readonly at: "broker" | "coordinator" }[] = [
  { service: BrokerService, at: "broker" },
  { service: ConsumerGroupService, at: "broker" },
  { service: TransactionService, at: "broker" },
  { service: TopicService, at: "broker" },
  { service: PlacementService, at: "broker" },
  { service: JobService, at: "coordinator" },
];
/** Simulated time after which the caller goes; a call must end then. */
const PATIENCE_MS = 1_000;
/** A cluster is left after so many calls: topics, groups and transactions that they made do not pile up. */
const CALLS_PER_CLUSTER = 500;

/** Every method that clients call, with messages of mutated bytes, on a real broker and a real coordinator: an answer or a typed error, never `internal`. */
export const grpcDoorTarget: FuzzTarget = { name: "grpc-call", open: openDoor };

interface Entry {
  readonly method: DescMethod;
  readonly at: "broker" | "coordinator";
  readonly bytes: Uint8Array;
}

type Call = (input: unknown, options: { signal: AbortSignal; timeoutMs: number }) => Promise<unknown> | AsyncIterable<unknown>;

function openDoor(): OpenTarget {
  const entries = SERVICES.flatMap(({ service, at }) =>
    service.methods.flatMap((method) => sampleMessages(method.input).map((bytes): Entry => ({ method, at, bytes }))),
  );
  let cluster: SimulatedCluster | undefined;
  let calls = 0;
  return {
    corpus: entries.map(({ bytes }) => bytes),
    run: async (bytes, index) => {
      const entry = entries[index];
      const message = entry === undefined ? undefined : tryDecode(entry.method, bytes);
      if (entry === undefined || message === undefined) return;
      if (cluster === undefined || ++calls % CALLS_PER_CLUSTER === 0) {
        await cluster?.stop();
        cluster = await openCluster();
      }
      await called(cluster, entry, message);
    },
    close: async () => cluster?.stop(),
  };
}

async function openCluster(): Promise<SimulatedCluster> {
  const cluster = await SimulatedCluster.start({ seed: 1, brokers: 1, mount: (storage) => storage });
  await cluster.run(cluster.client().admin().createTopic({ name: "t", partitions: 1 }));
  return cluster;
}

function tryDecode(method: DescMethod, bytes: Uint8Array): unknown {
  try {
    return fromBinary(method.input, bytes);
  } catch {
    return undefined; // `malformed-message` for the caller.
  }
}

async function called(cluster: SimulatedCluster, { method, at }: Entry, message: unknown): Promise<void> {
  const gone = new AbortController();
  const client = cluster.serviceClient(method.parent, at);
  const call: unknown = client[method.localName];
  const isStreamIn = method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
  const timer = cluster.clock.setTimer(PATIENCE_MS, () => gone.abort());
  try {
    await cluster.run(settled((call as Call)(isStreamIn ? once(message) : message, { signal: gone.signal, timeoutMs: PATIENCE_MS })));
  } catch (error) {
    const isCallerGone = gone.signal.aborted && error === gone.signal.reason;
    if (!isCallerGone && (!(error instanceof AppError) || error.kind === "internal")) throw error;
  } finally {
    timer.cancel();
  }
}

async function settled(answer: Promise<unknown> | AsyncIterable<unknown>): Promise<void> {
  if (answer instanceof Promise) {
    await answer;
    return;
  }
  const stream = answer[Symbol.asyncIterator]();
  await stream.next();
  await stream.return?.();
}

async function* once(message: unknown): AsyncGenerator {
  yield await Promise.resolve(message);
}
