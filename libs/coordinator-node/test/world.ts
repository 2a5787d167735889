import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type BrokerRegistered,
  type BrokerSessionRequestSchema,
  type BrokerSessionResponse,
  ClusterService,
  createLoopback,
  type MetadataUpdate,
  type StopGranted,
} from "@millrace/contracts";
import { BoundedQueue } from "@millrace/stdx";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER } from "@millrace/ports";
import { ManualClock, MemoryCoordination, type MemoryStore, SeededRandom } from "@millrace/testkit";
import { type CoordinatorNode, createCoordinatorNode } from "../src/coordinator-node.ts";
import { coordinatorSettingsSchema } from "../src/settings.ts";

export const LEASE_MS = 3_000;

export interface World {
  readonly clock: ManualClock;
  readonly loopback: ReturnType<typeof createLoopback>;
  readonly server: MemoryCoordination;
  node(name: string): Promise<{ node: CoordinatorNode; store: MemoryStore }>;
}

export function makeWorld(): World {
  const clock = new ManualClock();
  const loopback = createLoopback();
  const random = new SeededRandom(1);
  const server = new MemoryCoordination({ clock, random });
  return {
    clock,
    loopback,
    server,
    async node(name) {
      const store = server.client();
      const settings = coordinatorSettingsSchema.parse({ coordinatorId: name, listenAddress: `${name}:9191`, leaseTtlMs: LEASE_MS });
      const ports = {
        store,
        clock,
        random,
        logger: SILENT_LOGGER,
        metrics: NO_METRICS,
        tracer: NO_TRACER,
        listener: loopback,
        transport: loopback,
      };
      const node = createCoordinatorNode(settings, ports);
      await node.start();
      await clock.advance(0);
      return { node, store };
    },
  };
}

interface Commands {
  readonly registered: BrokerRegistered;
  readonly metadata: MetadataUpdate;
  readonly stopGranted: StopGranted;
}

/** A broker that registers, applies what it hears and sends heartbeats when told to. */
export class FakeBroker {
  readonly heard: BrokerSessionResponse["command"][] = [];
  readonly #requests = new BoundedQueue<MessageInitShape<typeof BrokerSessionRequestSchema>>({ weightMax: 100 });
  readonly #cut = new AbortController();
  failure: unknown;
  readonly ended: Promise<void>;

  constructor(
    world: World,
    coordinator: string,
    init: { id?: number; incarnation?: string; epochSeen?: number; generationSeen?: string; clusterId?: string } = {},
  ) {
    const { id = 1, incarnation = "i1", epochSeen = 0, generationSeen = "", clusterId = "" } = init;
    const register = {
      brokerId: id,
      incarnationId: incarnation,
      folderId: `f${id}`,
      address: `b${id}:9190`,
      coordinatorEpochSeen: BigInt(epochSeen),
      generationSeen,
      clusterId,
    };
    this.#requests.tryPush({ report: { case: "register", value: register } });
    this.ended = this.#listen(
      world.loopback.client(ClusterService, coordinator).brokerSession(this.#requests, { signal: this.#cut.signal }),
    );
  }

  get brokerEpoch(): bigint | undefined {
    return this.last("registered")?.brokerEpoch;
  }

  last<C extends keyof Commands>(name: C): Commands[C] | undefined {
    return this.heard.findLast((one) => one.case === name)?.value as Commands[C] | undefined;
  }

  heartbeat(options: { stopping?: boolean; diskFull?: boolean; metadataVersion?: bigint } = {}): void {
    const metadataVersion = options.metadataVersion ?? this.last("metadata")?.metadataVersion ?? 0n;
    const value = { brokerEpoch: this.brokerEpoch ?? 0n, caughtUp: true, stopping: false, ...options, metadataVersion };
    this.#requests.tryPush({ report: { case: "heartbeat", value } });
  }

  /** Answers `reportCluster`: it leads the one partition of a topic. */
  report(of: { brokerEpoch: bigint; topic: { name: string; topicId: string } }): void {
    const { topicId } = of.topic;
    const state = { partition: 0, replicas: [1], leader: 1, leaderEpoch: 3, inSyncSet: [1], partitionEpoch: 3 };
    const metadata = { snapshot: true, metadataVersion: 7n, topics: [{ ...of.topic, partitions: [state] }] };
    const logs = [{ topicId, partition: 0, leaderEpochSeen: 3, lastEpochInLog: 3, logEndOffset: 5n, leads: true }];
    this.#requests.tryPush({ report: { case: "cluster", value: { brokerEpoch: of.brokerEpoch, metadata, logs } } });
  }

  cut(): void {
    this.#cut.abort();
    this.#requests.end();
  }

  async #listen(responses: AsyncIterable<BrokerSessionResponse>): Promise<void> {
    try {
      for await (const response of responses) this.heard.push(response.command);
    } catch (error) {
      this.failure = error;
    }
  }
}

export async function liveBroker(
  world: World,
  coordinator: string,
  init: ConstructorParameters<typeof FakeBroker>[2] = {},
): Promise<FakeBroker> {
  const broker = new FakeBroker(world, coordinator, init);
  await world.clock.advance(0);
  broker.heartbeat();
  await world.clock.advance(0);
  return broker;
}
