import {
  bindService,
  type Broker,
  type BrokerSessionRequest,
  type BrokerSessionResponse,
  BrokerSessionResponseSchema,
  ClusterService,
  ConfigChange_Operation,
  errorToWire,
  PlacementService,
  type ServiceHandlers,
  type RpcListener,
  TopicService,
} from "@millrace/contracts";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AppError, resolveTopicConfig } from "@millrace/model";
import { BoundedQueue } from "@millrace/stdx";

type Response = MessageInitShape<typeof BrokerSessionResponseSchema>;
type Metadata = Extract<BrokerSessionResponse["command"], { case: "metadata" }>["value"];
type TopicInit = Pick<Metadata["topics"][number], "name" | "topicId" | "internal" | "partitions" | "configs">;

/** As much of a coordinator as brokers need: registration, metadata, topics with one replica, producer ids. Everything is told to every broker at once. */
export class FakeCoordinator {
  readonly address = "coordinator:9191";
  epoch = 1;
  coordinatorId = "c1";
  /** Answers no heartbeats: cut off, or not there any more. */
  isSilent = false;
  /** Of any broker. */
  lastHeartbeat: Extract<BrokerSessionRequest["report"], { case: "heartbeat" }>["value"] | undefined;
  readonly registrations: Extract<BrokerSessionRequest["report"], { case: "register" }>["value"][] = [];
  readonly #sessions = new Map<number, BoundedQueue<Response>>();
  readonly #brokers = new Map<number, Broker>();
  readonly #topics = new Map<string, TopicInit>();
  #version = 0;
  #nextProducerId = 1_000;
  #nextLeader = 0;

  async listen(listener: RpcListener): Promise<void> {
    const cluster = bindService(ClusterService, {
      brokerSession: (requests) => this.#serve(requests),
      allocateProducerIds: () => {
        const firstProducerId = BigInt(this.#nextProducerId);
        this.#nextProducerId += 10;
        return Promise.resolve({ firstProducerId, count: 10n });
      },
      alterPartitions: () => Promise.resolve({}),
      describeCluster: () => Promise.resolve({ clusterId: "cluster" }),
    });
    const topics = bindService(TopicService, {
      createTopic: ({ name, partitions, configs, ifNotExists }) => {
        if (this.#topics.has(name) && !ifNotExists) throw new AppError({ kind: "conflict", code: "topic-exists", message: "topic exists" });
        return Promise.resolve({ topic: this.createTopic(name, { partitions: partitions === 0 ? 2 : partitions, configs }) });
      },
      deleteTopic: ({ name, topicId }) => {
        if (topicId !== "" && this.#topics.get(name)?.topicId !== topicId)
          throw new AppError({ kind: "not-found", code: "unknown-topic-id", message: "another topic has the name" });
        this.deleteTopic(name);
        return Promise.resolve({});
      },
      createPartitions: ({ name, totalCount }) => Promise.resolve({ topic: this.growTopic(name, totalCount) }),
      alterTopicConfigs: ({ name, changes, replaceAll }) => {
        const topic = this.#required(name);
        const configs = replaceAll ? {} : { ...topic.configs };
        for (const change of changes) {
          if (change.operation === ConfigChange_Operation.SET) configs[change.name] = change.value;
          else Reflect.deleteProperty(configs, change.name);
        }
        resolveTopicConfig(configs);
        const changed = { ...topic, configs };
        this.#topics.set(name, changed);
        this.#tell({ topics: [changed] });
        return Promise.resolve({ topic: changed });
      },
      listTopics: () => Promise.resolve({ topics: [...this.#topics.values()] }),
      describeTopic: ({ name }) => Promise.resolve({ topic: this.#required(name) }),
    });
    await listener.listen(this.address, [
      cluster,
      topics,
      bindService(
        PlacementService,
        fakePlacement((name) => this.#topics.get(name)),
      ),
    ]);
  }

  /** A topic whose leaders go round the brokers. */
  createTopic(name: string, options: { partitions: number; configs?: { [key: string]: string } }): TopicInit {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const brokers = [...this.#brokers.keys()].sort((a, b) => a - b);
    const partitions = Array.from({ length: options.partitions }, (_, partition) => {
      const leader = brokers[this.#nextLeader++ % brokers.length] ?? 1;
      return { partition, replicas: [leader], leader, leaderEpoch: 0, inSyncSet: [leader], partitionEpoch: 0 };
    });
    const topicId = (this.#topics.size + 1).toString(16).padStart(32, "0");
    const topic = { name, topicId, internal: name.startsWith("__"), partitions, configs: options.configs ?? {} } as TopicInit;
    this.#topics.set(name, topic);
    this.#tell({ topics: [topic] });
    return topic;
  }

  /** Changes what a partition's record says, in the same leader epoch. */
  alterPartition(name: string, partition: number, change: Partial<TopicInit["partitions"][number]>): void {
    const topic = this.#required(name);
    const partitions = topic.partitions.map((state) =>
      state.partition === partition ? { ...state, ...change, partitionEpoch: state.partitionEpoch + 1 } : state,
    );
    const altered = { ...topic, partitions };
    this.#topics.set(name, altered);
    this.#tell({ topics: [altered] });
  }

  growTopic(name: string, totalCount: number): TopicInit {
    const topic = this.#required(name);
    const brokers = [...this.#brokers.keys()].sort((a, b) => a - b);
    const added = Array.from({ length: totalCount - topic.partitions.length }, (_, index) => {
      const leader = brokers[this.#nextLeader++ % brokers.length] ?? 1;
      return {
        partition: topic.partitions.length + index,
        replicas: [leader],
        leader,
        leaderEpoch: 0,
        inSyncSet: [leader],
        partitionEpoch: 0,
      };
    });
    const grown = { ...topic, partitions: [...topic.partitions, ...added] } as TopicInit;
    this.#topics.set(name, grown);
    this.#tell({ topics: [grown] });
    return grown;
  }

  #required(name: string): TopicInit {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new AppError({ kind: "not-found", code: "unknown-topic", message: "topic does not exist" });
    return topic;
  }

  deleteTopic(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    this.#topics.delete(name);
    this.#tell({ removedTopicIds: [topic.topicId] });
  }

  topicOf(name: string): TopicInit {
    return this.#required(name);
  }

  /** The topic is made anew, and brokers have not heard of it yet. */
  recreateUnheard(name: string): void {
    this.#topics.set(name, { ...this.#required(name), topicId: "f".repeat(32) });
  }

  /** Ends every session, as a coordinator does that dies. */
  dropSessions(): void {
    for (const session of this.#sessions.values())
      session.end(new AppError({ kind: "unavailable", code: "unreachable", message: "coordinator died" }));
    this.#sessions.clear();
  }

  /** Tells brokers something. */
  tell(update: { topics?: TopicInit[]; brokers?: Broker[]; coordinatorEpoch?: bigint }): void {
    this.#tell(update);
  }

  #tell(update: { topics?: TopicInit[]; removedTopicIds?: string[]; coordinatorEpoch?: bigint; snapshot?: boolean }): void {
    this.#version++;
    for (const session of this.#sessions.values()) session.tryPush(this.#metadata(update), { force: true });
  }

  #metadata(update: object): Response {
    const common = { metadataVersion: BigInt(this.#version), coordinatorEpoch: BigInt(this.epoch), coordinatorAddress: this.address };
    return create(BrokerSessionResponseSchema, {
      command: { case: "metadata", value: { ...common, brokers: [...this.#brokers.values()], ...update } },
    });
  }

  async *#serve(requests: AsyncIterable<BrokerSessionRequest>): AsyncGenerator<Response> {
    const responses = new BoundedQueue<Response>({ weightMax: 1_000 });
    const reading = this.#read(requests, responses);
    yield* responses;
    await reading;
  }

  async #read(requests: AsyncIterable<BrokerSessionRequest>, responses: BoundedQueue<Response>): Promise<void> {
    for await (const { report } of requests) {
      if (report.case === "register") this.#register(report.value, responses);
      else if (report.case === "heartbeat") {
        this.lastHeartbeat = report.value;
        if (this.isSilent) continue;
        responses.tryPush({ command: { case: "heartbeatAck", value: { metadataVersion: report.value.metadataVersion } } }, { force: true });
        if (report.value.stopping) responses.tryPush({ command: { case: "stopGranted", value: {} } }, { force: true });
      }
    }
    responses.end();
  }

  #register(value: Extract<BrokerSessionRequest["report"], { case: "register" }>["value"], responses: BoundedQueue<Response>): void {
    this.registrations.push(value);
    const { brokerId, address, rack, kafkaAddress } = value;
    const brokerEpoch = BigInt(this.registrations.length);
    this.#brokers.set(brokerId, { brokerId, address, rack, brokerEpoch, fenced: false, kafkaAddress } as Broker);
    this.#sessions.set(brokerId, responses);
    const registered = {
      brokerEpoch,
      clusterId: "cluster",
      generation: "g",
      coordinatorEpoch: BigInt(this.epoch),
      coordinatorId: this.coordinatorId,
      topicDefaults: { partitions: 6, replicationFactor: 3, internalPartitions: 50, internalReplicas: 3 },
    };
    responses.tryPush(
      { command: { case: "registered", value: { ...registered, heartbeatIntervalMs: 500, sessionTimeoutMs: 3_000 } } },
      { force: true },
    );
    // A new start of the leader is a new leader epoch.
    for (const topic of this.#topics.values()) {
      for (const state of topic.partitions) {
        if (state.leader !== brokerId) continue;
        state.leaderEpoch++;
        state.partitionEpoch++;
      }
    }
    this.#version++;
    responses.tryPush(this.#metadata({ snapshot: true, topics: [...this.#topics.values()] }), { force: true });
    this.#tell({});
  }
}

/** Answers in the shape of a coordinator's: what it decides is tried in libs/placement, and with real processes. */
function fakePlacement(topicOf: (name: string) => TopicInit | undefined): ServiceHandlers<typeof PlacementService> {
  const outcome = (of: { topic: string; partition: number }, kind: "conflict" | "not-found" | "invalid", code: string) => ({
    topic: of.topic,
    partition: of.partition,
    ...(code === "" ? {} : { error: errorToWire(new AppError({ kind, code, message: code })) }),
  });
  const moving: { topic: string; partition: number; replicas: number[]; addingReplicas: number[]; removingReplicas: number[] }[] = [];
  return {
    alterPartitionReassignments: ({ reassignments, keepReplicationFactor }) =>
      Promise.resolve({
        outcomes: reassignments.map((asked) => {
          if (topicOf(asked.topic)?.partitions[asked.partition] === undefined) return outcome(asked, "not-found", "unknown-partition");
          if (asked.target === undefined) return outcome(asked, "not-found", "no-reassignment-in-progress");
          const replicas = asked.target.brokerIds;
          if (replicas.length === 0) return outcome(asked, "invalid", "invalid-replica-assignment");
          if (keepReplicationFactor && replicas.length > 1) return outcome(asked, "invalid", "invalid-replication-factor");
          moving.push({
            topic: asked.topic,
            partition: asked.partition,
            replicas: [...replicas, 1],
            addingReplicas: replicas,
            removingReplicas: [1],
          });
          return outcome(asked, "invalid", "");
        }),
      }),
    listPartitionReassignments: ({ topics }) =>
      Promise.resolve({ reassignments: moving.filter(({ topic }) => topics.length === 0 || topics.includes(topic)) }),
    electLeaders: ({ partitions }) =>
      Promise.resolve({
        outcomes: partitions.map((asked) =>
          topicOf(asked.topic)?.partitions[asked.partition] === undefined
            ? outcome(asked, "not-found", "unknown-partition")
            : outcome(asked, "conflict", "election-not-needed"),
        ),
      }),
    describeBrokers: () => Promise.resolve({}),
    drainBroker: () => Promise.resolve({}),
    addBroker: () => Promise.resolve({}),
  };
}
