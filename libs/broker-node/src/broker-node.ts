import { create } from "@bufbuild/protobuf";
import {
  bindService,
  BrokerPeerService,
  BrokerService,
  ConsumerGroupService,
  FetchRequestSchema,
  JobService,
  type MetadataUpdate,
  BackupService,
  PlacementService,
  type ServiceHandlers,
  TopicService,
  TransactionService,
} from "@millrace/contracts";
import { GROUP_SETTINGS_DEFAULT } from "@millrace/groups";
import { createTailCache, takeCleanStopMark, writeCleanStopMark } from "@millrace/log-engine";
import { brokerEpoch, GROUP_OFFSETS_TOPIC, type LeaderEpoch, toAppError, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { assertDefined } from "@millrace/stdx";
import { type BrokerMetrics, countFromZero, createBrokerMetrics } from "./broker-metrics.ts";
import { hasToHandOver } from "./hands-over.ts";
import { reasonOfCatchingUp } from "./catching-up.ts";
import { ClusterView } from "./cluster-view.ts";
import { type Doors, openDoors, type Room } from "./doors.ts";
import { openBrokerFolder } from "./folder.ts";
import { GroupCoordinators } from "./groups/group-coordinators.ts";
import { FetchSessions } from "./kafka/fetch-sessions.ts";
import type { KafkaContext } from "./kafka/kafka-context.ts";
import { Background } from "./loops/background.ts";
import { DiskRoom } from "./loops/disk-room.ts";
import { MetadataFile } from "./metadata-file.ts";
import { DISK_STALL_MS } from "./limits.ts";
import type { BrokerPorts } from "./node-ports.ts";
import type { LocalPartition } from "./partitions/local-partition.ts";
import { Replicas } from "./partitions/replicas.ts";
import { UnsentBytes } from "./reads/unsent-bytes.ts";
import { observePartitions } from "./observe-partitions.ts";
import { backupHandlers } from "./rpc/backup.ts";
import { consumerGroupHandlers } from "./rpc/consumer-groups.ts";
import { Replication } from "./replication/replication.ts";
import { deleteRecords } from "./rpc/delete-records.ts";
import { FetchHandler } from "./rpc/fetch.ts";
import { getMetadata } from "./rpc/get-metadata.ts";
import { holdRecords } from "./rpc/hold-records.ts";
import { listOffsets } from "./rpc/list-offsets.ts";
import { peerHandlers } from "./rpc/peer.ts";
import { jobHandlers } from "./rpc/jobs.ts";
import { placementHandlers } from "./rpc/placement.ts";
import { ProduceHandler } from "./rpc/produce.ts";
import type { RpcContext } from "./rpc/rpc-context.ts";
import { topicHandlers } from "./rpc/topics.ts";
import { outsideServices } from "./rpc/outside-services.ts";
import { transactionHandlers } from "./rpc/transactions.ts";
import { CoordinatorCalls } from "./session/coordinator-calls.ts";
import { CoordinatorSession } from "./session/coordinator-session.ts";
import type { BrokerSettings } from "./settings.ts";
import { writeMarkers } from "./transactions/marker-writer.ts";
import { ProducerIds } from "./transactions/producer-ids.ts";
import { TransactionCoordinators } from "./transactions/transaction-coordinators.ts";
import { TransactionVerifier } from "./transactions/transaction-verifier.ts";

export interface BrokerNode {
  /** Opens and recovers what is on disk, listens, and looks for the coordinator; resolves when it listens. */
  start(): Promise<void>;
  /** Hands leadership over, finishes what is under way, and closes logs so that the next start verifies nothing. */
  stop(): Promise<void>;
  /** host:port under which others reach it; known after `start`. */
  readonly address: string;
  /** host:port under which Kafka clients reach it; undefined if it does not listen for them. */
  readonly kafkaAddress: string | undefined;
  /** Serving what the coordinator gave it; or why it is not. */
  status(): BrokerStatus;
  /** Resolves once the first metadata has been applied. */
  ready(): Promise<void>;
  /** Why this broker is not a full member yet: fenced, or how many of its replicas are not in sync; undefined once it is. Looks at every partition. */
  catchingUp(): string | undefined;
}

export type BrokerStatus =
  | { readonly state: "starting" | "running" | "stopping" | "stopped" }
  /** It cannot be part of this cluster, and restarting does not help; or its disk failed (`disk-failed`): stop it, and start it again to see what is left. */
  | { readonly state: "failed"; readonly error: unknown };

/** A broker: partition logs behind gRPC, told by the coordinator what to lead. Ports are objects, settings are data. */
export function createBrokerNode(settings: BrokerSettings, ports: BrokerPorts): BrokerNode {
  return new Broker(settings, ports);
}

class Broker implements BrokerNode {
  readonly #settings: BrokerSettings;
  readonly #ports: BrokerPorts;
  readonly #view = new ClusterView();
  readonly #metrics: BrokerMetrics;
  readonly #replicas: Replicas;
  readonly #coordinators: TransactionCoordinators;
  readonly #groups: GroupCoordinators;
  readonly #coordinatorCalls: CoordinatorCalls;
  readonly #replication: Replication;
  readonly #background: Background;
  readonly #incarnationId: string;
  readonly #metadataFile: MetadataFile;
  readonly #producerIds: ProducerIds;
  #state: "starting" | "running" | "stopping" | "stopped" = "starting";
  readonly #stopping = new AbortController();
  #session: CoordinatorSession | undefined;
  readonly #room: DiskRoom;
  #diskFailure: unknown;
  /** Of the last registration; 0 before it. */
  #epoch = 0;
  #doors: Doors | undefined;

  constructor(settings: BrokerSettings, ports: BrokerPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#incarnationId = ports.random.hex(8);
    this.#metrics = createBrokerMetrics(ports.metrics);
    const { brokerId } = settings;
    const here = { brokerId, view: this.#view };
    this.#room = new DiskRoom({ reserveBytes: settings.diskReserveBytes, changed: () => this.#session?.report() }, ports);
    this.#replicas = new Replicas(
      {
        brokerId,
        view: this.#view,
        logPorts: {
          storage: ports.storage,
          crc32c: ports.crc32c,
          codecs: ports.compression,
          tailCache: createTailCache(settings.tailCacheBytes),
          damaged: (folder) => this.#background.damaged(folder),
        },
        memoryTopicBytes: settings.memoryTopicBytes,
        requireRoom: () => this.#room.require(),
        listener: {
          leads: (partition, epoch) => this.#leads(partition, epoch),
          resigned: (partition) => this.#resigned(partition),
          follows: (partition, of) => (of === undefined ? this.#replication.unfollow(partition) : this.#replication.follow(partition, of)),
        },
        replication: { self: () => this.#replication.self(), isEligible: (id, epoch) => this.#replication.isEligible(id, epoch) },
        observer: {
          flushed: (seconds) => this.#metrics.flushSeconds.record(seconds),
          failed: ({ topic, partition }, error) => {
            if (toAppError(error).kind === "exhausted") return this.#room.refused(error);
            ports.logger.error("partition log stopped", { topic, partition, error });
            // The folder is one disk: what it does with the next write proves nothing (R15). Others lead meanwhile, and a restart verifies what is there.
            if (toAppError(error).code === "disk-failed") this.#diskFailure ??= error;
          },
        },
      },
      ports,
    );
    this.#coordinators = new TransactionCoordinators(
      { ...here, writeMarkers: (effect, of) => writeMarkers(effect, of, { ...here, replicas: this.#replicas, ports }) },
      ports,
    );
    this.#groups = new GroupCoordinators(
      {
        ...here,
        settings: { ...GROUP_SETTINGS_DEFAULT, initialRebalanceDelayMs: settings.groupInitialRebalanceDelayMs },
        isSessionCurrent: () => this.#session?.isCurrent === true,
      },
      ports,
    );
    this.#coordinatorCalls = new CoordinatorCalls(this.#view, ports);
    this.#replication = new Replication(
      {
        brokerId,
        brokerEpoch: () => this.#session?.brokerEpoch ?? 0,
        view: this.#view,
        replicas: this.#replicas,
        calls: this.#coordinatorCalls,
        throttledRates: { leader: settings.leaderReplicationThrottledRate, follower: settings.followerReplicationThrottledRate },
        metrics: this.#metrics,
      },
      ports,
    );
    this.#producerIds = new ProducerIds(this.#coordinatorCalls, () => ({ brokerId, brokerEpoch: this.#session?.brokerEpoch ?? 0 }));
    this.#metadataFile = new MetadataFile(ports);
    this.#background = new Background({ brokerId, view: this.#view, replicas: this.#replicas, groups: this.#groups }, settings, ports);
  }

  get address(): string {
    return assertDefined(this.#doors, "doors: start the node first").addresses.address;
  }

  get kafkaAddress(): string | undefined {
    return this.#doors?.addresses.kafkaAddress;
  }

  status(): BrokerStatus {
    const failure = this.#session?.failure ?? this.#diskFailure;
    return failure === undefined ? { state: this.#state } : { state: "failed", error: failure };
  }

  async start(): Promise<void> {
    const { brokerId, coordinators } = this.#settings;
    const folder = await openBrokerFolder(this.#ports.storage, { brokerId, random: this.#ports.random });
    const saved = this.#metadataFile.read();
    const cleanStopEpoch = await takeCleanStopMark(this.#ports);
    await this.#replicas.openAll({ wasStoppedCleanly: cleanStopEpoch !== undefined });
    this.#doors = await openDoors(this.#settings, this.#ports, this.#rooms());
    const { externalAddress, externalKafkaAddress } = this.#doors.addresses;
    const { folderId } = folder;
    this.#session = new CoordinatorSession(
      {
        addresses: coordinators,
        folder,
        owner: {
          registration: () => ({
            brokerId,
            incarnationId: this.#incarnationId,
            folderId,
            address: this.address,
            rack: this.#settings.rack,
            ...{ kafkaAddress: this.kafkaAddress ?? "", externalAddress: externalAddress ?? "" },
            externalKafkaAddress: externalKafkaAddress ?? "",
            coordinatorEpochSeen: BigInt(folder.seen.coordinatorEpoch),
            ...{ coordinatorIdSeen: folder.seen.coordinatorId, generationSeen: folder.seen.generation },
            clusterId: folder.clusterId,
            metadataVersionSeen: BigInt(this.#view.isKnown ? this.#view.version : this.#metadataFile.readVersion()),
            logs: [...this.#replicas.reports()],
            cleanStopEpoch: BigInt(cleanStopEpoch ?? 0),
          }),
          logReports: (logs) => {
            const asked = new Set(logs.map(({ topicId, partition }) => `${topicId}/${partition}`));
            return [...this.#replicas.reports()].filter(({ topicId, partition }) => asked.has(`${topicId}/${partition}`));
          },
          clusterReport: () => ({
            clusterId: folder.clusterId,
            metadata: this.#view.isKnown ? this.#view.image() : (saved ?? {}),
            brokerEpoch: BigInt(this.#session?.brokerEpoch ?? 0),
            producerIdEnd: BigInt(Math.max(this.#producerIds.end, this.#replicas.producerIdEnd())),
            logs: [...this.#replicas.reports()],
          }),
          apply: (update) => this.#apply(update),
          registered: ({ brokerEpoch: epoch, clusterId, topicDefaults }) => {
            if (epoch !== this.#epoch && this.#epoch > 0) this.#replication.registeredAnew();
            this.#epoch = epoch;
            this.#view.clusterId = clusterId;
            this.#view.topicDefaults = topicDefaults;
          },
          metadataVersion: () => this.#view.version,
          isDiskFull: () => this.#room.isFull,
          isStalled: () => this.#state === "running" && this.#replicas.syncPendingMs > DISK_STALL_MS,
          isCaughtUp: () => this.#view.isKnown,
          hasToHandOver: () => hasToHandOver(this.#view, brokerId),
        },
      },
      this.#ports,
    );
    this.#session.start();
    this.#replication.start();
    this.#background.start();
    this.#room.start();
    this.#ports.logger.info("broker listens", { brokerId, address: this.address, kafkaAddress: this.kafkaAddress });
  }

  async #apply(update: MetadataUpdate): Promise<void> {
    await this.#metadataFile.writeVersion(Number(update.metadataVersion));
    const removed = this.#view.apply(update, this.#ports.clock.monotonicMs());
    await this.#replicas.reconcile(this.#view.changedBy(update), removed);
    this.#groups.topicsChanged(removed.map(({ name }) => name));
    if (update.snapshot) this.#replicas.reportUnclaimed();
    if (this.#state === "starting") this.#state = "running";
    this.#view.announce();
    this.#metadataFile.saveSoon(() => this.#view.image());
  }

  async ready(): Promise<void> {
    while (!this.#view.isKnown) await this.#view.changed();
  }

  catchingUp(): string | undefined {
    return reasonOfCatchingUp(this.#view, this.#settings.brokerId);
  }

  async stop(): Promise<void> {
    if (this.#state === "stopped") return;
    this.#state = "stopping";
    await this.#within(this.#settings.stopMs, this.#session?.requestStop());
    this.#stopping.abort();
    this.#room.stop();
    this.#coordinators.stop();
    this.#groups.stop();
    for (const partition of this.#replicas.all()) partition.wakeReaders();
    const deadlineMs = this.#settings.stopMs;
    await this.#doors?.stop({ deadlineMs });
    await this.#background.stop();
    await this.#session?.stop();
    await this.#metadataFile.stop();
    const hasFailed = this.#diskFailure !== undefined || this.#replicas.hasFailed;
    const unfinished = await this.#replicas.close();
    if (!hasFailed) await this.#markCleanStop(unfinished);
    this.#state = "stopped";
    this.#view.announce();
    this.#ports.logger.info("broker stopped", { brokerId: this.#settings.brokerId });
  }

  /** Unless the disk is full: that is no failure, and the next start verifies what it otherwise would trust. */
  async #markCleanStop(unfinishedLogs: number): Promise<void> {
    const epoch = this.#session?.brokerEpoch ?? 0;
    const say = (error?: unknown): void =>
      this.#ports.logger.warn("stopped with a full disk: nothing acknowledged is lost, the next start takes longer", {
        unfinishedLogs,
        error,
      });
    if (unfinishedLogs > 0) return say();
    try {
      if (epoch > 0) await writeCleanStopMark(this.#ports, brokerEpoch(epoch));
    } catch (error) {
      if (toAppError(error).kind !== "exhausted") throw error;
      say(error);
    }
  }

  #rooms(): { readonly inside: Room; readonly outside: Room } {
    const { brokerId } = this.#settings;
    const verifier = new TransactionVerifier({ brokerId, view: this.#view, coordinators: this.#coordinators }, this.#ports);
    const context: RpcContext = {
      settings: this.#settings,
      ports: this.#ports,
      view: this.#view,
      replicas: this.#replicas,
      metrics: this.#metrics,
      coordinators: this.#coordinators,
      verifier,
      isSessionCurrent: () => this.#session?.isCurrent === true,
      stopping: this.#stopping.signal,
    };
    const produce = new ProduceHandler(context);
    const fetch = new FetchHandler(context);
    const fetchSessions = new FetchSessions(this.#ports.random);
    const unsent = new UnsentBytes(this.#settings.unsentFetchBytesMax, this.#ports.clock);
    observePartitions(this.#ports.metrics, {
      brokerId,
      view: this.#view,
      replicas: this.#replicas,
      inFlightBytes: () => produce.inFlight.bytes,
      unsentBytes: () => unsent.bytes,
    });
    const broker: ServiceHandlers<typeof BrokerService> = {
      produce: (request, call) => produce.produce(request, call),
      produceStream: (requests, call) => produce.produceStream(requests, call),
      fetch: (request, call) => fetch.fetch(request, call),
      fetchStream: ({ fetch: request }, call) => fetch.fetchStream(request ?? create(FetchRequestSchema), call),
      listOffsets: (request) => promised(() => listOffsets(request, context)),
      deleteRecords: (request) => deleteRecords(request, context),
      holdRecords: (request) => promised(() => holdRecords(request, context)),
      getMetadata: (request) => promised(() => getMetadata(request, context)),
    };
    const groups = { groups: this.#groups, coordinator: this.#coordinatorCalls };
    const groupService = consumerGroupHandlers(context, groups);
    const transactions = transactionHandlers(context, { ...groups, producerIds: this.#producerIds });
    const topics = topicHandlers(context, this.#coordinatorCalls);
    const placement = placementHandlers(this.#coordinatorCalls);
    const jobs = jobHandlers(this.#coordinatorCalls);
    const backup = backupHandlers(context, { hold: this.#coordinators.hold, producerIds: this.#producerIds });
    const services = [
      bindService(BrokerService, broker),
      bindService(TransactionService, transactions),
      bindService(ConsumerGroupService, groupService),
      bindService(BrokerPeerService, peerHandlers(context, this.#replication)),
      bindService(TopicService, topics),
      bindService(PlacementService, placement),
      bindService(JobService, jobs),
      bindService(BackupService, backup),
    ];
    const kafka: KafkaContext = { ...context, produce, fetchSessions, unsent, topics, placement, transactions, groups: this.#groups };
    const view = this.#view.outside();
    const outside = outsideServices({ broker, groupService, transactions, topics, placement, jobs, backup }, { ...context, view });
    return { inside: { services, kafka }, outside: { services: outside, kafka: { ...kafka, view } } };
  }

  #leads(partition: LocalPartition, epoch: LeaderEpoch): void {
    countFromZero(this.#metrics, partition.labels);
    if (partition.topic === TRANSACTION_STATE_TOPIC) this.#coordinators.leads(partition, epoch);
    if (partition.topic === GROUP_OFFSETS_TOPIC) this.#groups.leads(partition);
  }

  #resigned(partition: LocalPartition): void {
    if (partition.topic === TRANSACTION_STATE_TOPIC) this.#coordinators.resigned(partition);
    if (partition.topic === GROUP_OFFSETS_TOPIC) this.#groups.resigned(partition);
  }

  /** Waits for something that may never come, not longer than a stop may take. */
  async #within(limitMs: number, work: Promise<void> | undefined): Promise<void> {
    if (work === undefined) return;
    const expired = Promise.withResolvers<void>();
    const timer = this.#ports.clock.setTimer(limitMs, expired.resolve);
    await Promise.race([work, expired.promise]);
    timer.cancel();
  }
}

function promised<T>(work: () => T): Promise<T> {
  return Promise.resolve().then(work);
}
