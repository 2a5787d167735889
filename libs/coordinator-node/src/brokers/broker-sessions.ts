import type { BrokerSessionRequest, BrokerSessionResponseSchema, CallContext, LogReport, RegisterBroker } from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { brokerId, type BrokerId, type TopicId } from "@millrace/model";
import type { Clock, Fence, Logger, Timer } from "@millrace/ports";
import type { BrokerState } from "@millrace/placement";
import type { ClusterController } from "../cluster/cluster-controller.ts";
import { HeldPartitions } from "../cluster/held-partitions.ts";
import { errors } from "../errors.ts";
import { type LostCluster, lostBy } from "../rebuild/lost-store.ts";
import { BrokerSession, type SessionEnd } from "./broker-session.ts";
import type { LogName } from "./log-questions.ts";
import { MetadataFeed } from "./metadata-feed.ts";
import { MetadataUpdates } from "./metadata-updates.ts";

type Response = MessageInitShape<typeof BrokerSessionResponseSchema>;

interface SessionsSettings {
  readonly coordinatorAddress: string;
  readonly termId: string;
  readonly brokerSessionTimeoutMs: number;
  readonly brokerReconnectGraceMs: number;
  readonly heartbeatIntervalMs: number;
  readonly leaderBalanceMs: number;
  readonly partitionsDefault: number;
  readonly replicationFactorDefault: number;
  readonly internalTopicPartitions: number;
  readonly internalTopicReplicas: number;
}

/** All broker sessions of one term, and what their coming and going means: who is fenced, and when. */
export class BrokerSessions {
  readonly #settings: SessionsSettings;
  readonly #fence: Fence;
  readonly #controller: ClusterController;
  readonly #ports: { readonly clock: Clock; readonly logger: Logger };
  readonly #onStoreLost: (lost: LostCluster) => void;
  readonly #updates: MetadataUpdates;
  readonly #held: HeldPartitions;
  readonly #sessions = new Map<BrokerId, BrokerSession>();
  /** Brokers that are not fenced and have no session: fenced when the timer runs out. */
  readonly #absent = new Map<BrokerId, Timer>();
  #isClosed = false;
  #balance: Timer | undefined;

  constructor(
    settings: SessionsSettings,
    parts: { fence: Fence; controller: ClusterController; clock: Clock; logger: Logger; onStoreLost: (lost: LostCluster) => void },
  ) {
    this.#settings = settings;
    this.#onStoreLost = parts.onStoreLost;
    this.#fence = parts.fence;
    this.#controller = parts.controller;
    this.#ports = parts;
    const head = { coordinatorEpoch: BigInt(parts.fence.epoch), coordinatorAddress: settings.coordinatorAddress };
    this.#updates = new MetadataUpdates(parts.controller, head);
    this.#held = new HeldPartitions(parts.controller);
    this.#controller.onChange((change) => {
      for (const session of this.#sessions.values()) {
        session.feed.note(change);
        session.wake();
      }
    });
    this.#balanceLater();
    // Brokers that the former coordinator knew have a session's time to find this one.
    for (const broker of this.#controller.state.brokers.values()) {
      if (broker.status !== "fenced") this.#awaitReturn(broker, settings.brokerSessionTimeoutMs);
    }
  }

  /** One call of BrokerSession, from registration to its end. */
  async *serve(requests: AsyncIterable<BrokerSessionRequest>, context: CallContext): AsyncGenerator<Response, void, undefined> {
    const iterator = requests[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true || first.value.report.case !== "register") throw errors.registerFirst("broker");
    const session = await this.#open(first.value.report.value);
    const onAbort = (): void => {
      session.end("broken");
    };
    context.signal.addEventListener("abort", onAbort, { once: true });
    if (context.signal.aborted) onAbort();
    void session.read(iterator);
    try {
      yield* session.responses();
    } finally {
      context.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Where a broker's logs end; none if it has no session, or loses it before it answers. */
  describeLogs(broker: BrokerId, logs: readonly LogName[]): Promise<readonly LogReport[]> {
    return this.#sessions.get(broker)?.describeLogs(logs) ?? Promise.resolve([]);
  }

  /** The term is over: every session ends at once, with an error that says where to go. */
  close(failure: unknown): void {
    this.#isClosed = true;
    this.#balance?.cancel();
    this.#held.close();
    this.#controller.witnesses.close();
    for (const timer of this.#absent.values()) timer.cancel();
    this.#absent.clear();
    for (const session of this.#sessions.values()) session.end("term-over", failure);
    this.#sessions.clear();
  }

  async #open(request: RegisterBroker): Promise<BrokerSession> {
    this.#assertNotBehind(request);
    const id = brokerId(request.brokerId);
    this.#controller.witnesses.add(id);
    const { incarnationId, folderId, address, kafkaAddress, externalAddress, externalKafkaAddress, rack } = request;
    const { broker } = await this.#controller.execute({
      kind: "register-broker",
      brokerId: id,
      incarnationId,
      folderId,
      address,
      kafkaAddress,
      externalAddress,
      externalKafkaAddress,
      rack,
      logs: request.logs.map(({ topicId, partition, suspect }) => ({ topicId: topicId as TopicId, partition, isSuspect: suspect })),
      cleanStopEpoch: Number(request.cleanStopEpoch),
    });
    await this.#held.settle();
    if (this.#isClosed) throw errors.termOver("term ended during registration");
    this.#absent.get(id)?.cancel();
    this.#absent.delete(id);
    this.#sessions.get(id)?.end("replaced", errors.sessionReplaced("broker"));
    const session = this.#makeSession(broker);
    this.#sessions.set(id, session);
    void session.ended.then((reason) => {
      this.#onEnd(session, reason);
    });
    this.#ports.logger.info("coordinator.broker-registered", {
      broker: id,
      brokerEpoch: broker.brokerEpoch,
      status: broker.status,
      address,
    });
    return session;
  }

  #makeSession(broker: BrokerState): BrokerSession {
    const { brokerId: id, brokerEpoch } = broker;
    const { brokerSessionTimeoutMs: sessionTimeoutMs, heartbeatIntervalMs, termId } = this.#settings;
    const coordinatorEpoch = BigInt(this.#fence.epoch);
    const { clusterId } = this.#controller.state.identity;
    const { generation } = this.#fence;
    const registered = {
      brokerEpoch: BigInt(brokerEpoch),
      clusterId,
      generation,
      coordinatorEpoch,
      coordinatorId: termId,
      heartbeatIntervalMs,
      sessionTimeoutMs,
      topicDefaults: {
        partitions: this.#settings.partitionsDefault,
        replicationFactor: this.#settings.replicationFactorDefault,
        internalPartitions: this.#settings.internalTopicPartitions,
        internalReplicas: this.#settings.internalTopicReplicas,
      },
    };
    return new BrokerSession(broker, {
      feed: new MetadataFeed(this.#updates),
      registered: { command: { case: "registered", value: registered } },
      actions: {
        caughtUp: () => this.#controller.execute({ kind: "broker-caught-up", brokerId: id, brokerEpoch }),
        stopping: () => this.#controller.execute({ kind: "broker-stopping", brokerId: id, brokerEpoch }),
        room: (isFull) => this.#controller.execute({ kind: "broker-room", brokerId: id, brokerEpoch, isFull }),
        startTimer: (run) => this.#ports.clock.setTimer(sessionTimeoutMs, run),
        sessionTimeoutMs,
      },
    });
  }

  #onEnd(session: BrokerSession, reason: SessionEnd): void {
    const { broker } = session;
    if (this.#isClosed || this.#sessions.get(broker.brokerId) !== session) return;
    this.#sessions.delete(broker.brokerId);
    this.#ports.logger.info("coordinator.broker-session-ended", { broker: broker.brokerId, brokerEpoch: broker.brokerEpoch, reason });
    this.#awaitReturn(broker, reason === "broken" ? this.#settings.brokerReconnectGraceMs : 0);
  }

  /**
   * Fences the broker unless it registers again within the time. Not before enough brokers have come: the store may have lost what the next one will prove
   * (reliability S7), and who leads must not be decided by what is left in it.
   */
  #awaitReturn(broker: BrokerState, graceMs: number): void {
    const { brokerId: id, brokerEpoch } = broker;
    const fence = (): void => {
      if (!this.#controller.witnesses.areEnough) {
        this.#absent.set(id, this.#ports.clock.setTimer(this.#settings.brokerSessionTimeoutMs, fence));
        return;
      }
      this.#absent.delete(id);
      this.#controller.execute({ kind: "broker-lost", brokerId: id, brokerEpoch }).catch((error: unknown) => {
        if (!this.#isClosed) this.#ports.logger.error("coordinator.broker-not-fenced", { broker: id, error });
      });
    };
    if (graceMs === 0) fence();
    else this.#absent.set(id, this.#ports.clock.setTimer(graceMs, fence));
  }

  /** Leaders go back to where they belong, and internal topics get the replicas that there are brokers for: from time to time, as neither is urgent. */
  #balanceLater(): void {
    this.#balance = this.#ports.clock.setTimer(this.#settings.leaderBalanceMs, () => {
      const work = async (): Promise<void> => {
        if (!this.#controller.witnesses.areEnough) return;
        await this.#controller.execute({ kind: "raise-internal-topics" });
        await this.#controller.execute({ kind: "prefer-leaders" });
      };
      work()
        .catch((error: unknown) => {
          if (!this.#isClosed) this.#ports.logger.error("coordinator.leaders-not-balanced", { error });
        })
        .finally(() => {
          if (!this.#isClosed) this.#balanceLater();
        });
    });
  }

  /** A broker that has seen what the store does not know proves that it lost data (reliability S7): then the term is over, and the next one rebuilds it. */
  #assertNotBehind(request: RegisterBroker): void {
    const lost = lostBy(request, { ...this.#fence, termId: this.#settings.termId }, this.#controller.memory);
    if (lost === undefined) return;
    const { epoch, generation } = this.#fence;
    const seen = {
      broker: request.brokerId,
      epoch,
      epochSeen: Number(request.coordinatorEpochSeen),
      generation,
      generationSeen: request.generationSeen,
      versionStored: this.#controller.memory.metadataVersionStored ?? 0,
      versionSeen: Number(request.metadataVersionSeen),
    };
    this.#ports.logger.error("coordinator.store-rolled-back", seen);
    this.#onStoreLost(lost);
    throw errors.storeRolledBack(seen);
  }
}
