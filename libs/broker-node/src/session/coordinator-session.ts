import {
  type BrokerSessionRequestSchema,
  type BrokerSessionResponse,
  ClusterService,
  type LogName,
  type MetadataUpdate,
  type TopicDefaults,
} from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { toAppError } from "@millrace/model";
import { sleep, type Timer } from "@millrace/ports";
import { assertNever, BoundedQueue, createDeferred } from "@millrace/stdx";
import { brokerErrors } from "../errors.ts";
import type { BrokerFolder } from "../folder.ts";
import {
  RECONNECT_MS_FIRST,
  RECONNECT_MS_MAX,
  REGISTER_MS_MAX,
  REPORT_WAIT_MS_MAX,
  SESSION_QUEUE_MAX,
  SILENT_AVOIDED_MS,
} from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import { activeCoordinatorHint } from "./coordinator-calls.ts";

type Report = MessageInitShape<typeof BrokerSessionRequestSchema>;
type Registration = Extract<NonNullable<Report["report"]>, { case: "register" }>["value"];
type LogReports = NonNullable<Extract<NonNullable<Report["report"]>, { case: "logs" }>["value"]["logs"]>;
type ClusterReport = Extract<NonNullable<Report["report"]>, { case: "cluster" }>["value"];

export interface SessionOwner {
  /** What the broker says of itself when it registers. */
  registration(): Registration;
  /** All that the broker knows of its cluster, for a coordinator whose store lost its data. */
  clusterReport(): ClusterReport;
  /** Where these logs end here; those that it does not have are left out. */
  logReports(logs: readonly LogName[]): LogReports;
  /** Brings the broker into line with the metadata; the next update comes when it is done. */
  apply(update: MetadataUpdate): Promise<void>;
  /** A coordinator took the registration. */
  registered(as: { brokerEpoch: number; clusterId: string; topicDefaults: TopicDefaults | undefined }): void;
  metadataVersion(): number;
  /** Its disk has no room for records: whoever else could lead should. */
  isDiskFull(): boolean;
  /** Its disk answers nothing: whoever else could lead should. */
  isStalled(): boolean;
  isCaughtUp(): boolean;
  /** It leads what others could lead. */
  hasToHandOver(): boolean;
}

/**
 * The broker's stream to the active coordinator: registers, sends heartbeats, applies metadata in order. A coordinator is obeyed only after its epoch has been
 * found new enough and written down (S5). Without a coordinator the broker goes on with what it knows (P10) and keeps looking for one.
 */
export class CoordinatorSession {
  readonly #addresses: readonly string[];
  readonly #owner: SessionOwner;
  readonly #folder: BrokerFolder;
  readonly #ports: BrokerPorts;
  readonly #stop = new AbortController();
  readonly #stopGranted = createDeferred<void>();
  #reports: BoundedQueue<Report> | undefined;
  #brokerEpoch = 0;
  /** When the question was asked that the coordinator answered last: an answer may have been on its way for long. */
  #heardMs = -Infinity;
  #unansweredMs: number | undefined;
  /** So old may news of the coordinator be. */
  #currentMs = 0;
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();
  #fatal: unknown;
  /** One that kept its connection open and said nothing: paused, or cut off. */
  #silent = { address: "", untilMs: 0 };

  constructor(of: { addresses: readonly string[]; owner: SessionOwner; folder: BrokerFolder }, ports: BrokerPorts) {
    this.#addresses = of.addresses;
    this.#owner = of.owner;
    this.#folder = of.folder;
    this.#ports = ports;
  }

  /** The coordinator was heard within two heartbeats: sooner than it would fence this broker and have others lead. */
  get isCurrent(): boolean {
    return this.#reports !== undefined && this.#ports.clock.monotonicMs() - this.#heardMs <= this.#currentMs;
  }

  get brokerEpoch(): number {
    return this.#brokerEpoch;
  }

  /** Resolves when the session has ended: never before `stop`, but for an error that no repetition helps against. */
  start(): void {
    this.#running = this.#run();
  }

  /** Why the broker cannot belong to this cluster; undefined while all is well. */
  get failure(): unknown {
    return this.#fatal;
  }

  /**
   * Asks for leadership to be moved away; resolves when the coordinator allows the stop. While no coordinator answers, one that has something to hand over goes on serving and asks
   * the next one, as Kafka's controlled shutdown does: how long, its caller says.
   */
  async requestStop(): Promise<void> {
    this.#isStopping = true;
    if (this.#reports === undefined && !this.#owner.hasToHandOver()) return;
    this.#heartbeat();
    await this.#stopGranted.promise;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#reports?.end();
    this.#stopGranted.resolve();
    await this.#running;
  }

  /** Tells the coordinator what has been applied, without waiting for the next heartbeat. */
  report(): void {
    this.#heartbeat();
  }

  async #run(): Promise<void> {
    let index = 0;
    let hint: string | undefined;
    let failures = 0;
    let lastAddress = "";
    const known = (): string => this.#addresses[index++ % this.#addresses.length] ?? "";
    const isToBeLeft = (address: string): boolean => address === lastAddress || this.#isSilent(address);
    const isStopped = (): boolean => this.#stop.signal.aborted;
    while (!isStopped() && this.#fatal === undefined) {
      await this.#diskAnswers();
      if (isStopped()) break;
      let address = hint ?? known();
      if (hint === undefined && isToBeLeft(address)) address = known(); // where there is another
      lastAddress = address;
      hint = undefined;
      try {
        await this.#serve(address, () => (failures = 0));
      } catch (error) {
        hint = activeCoordinatorHint(error);
        // A standby that has not taken over yet still names the one that fell silent.
        if (hint !== undefined && this.#isSilent(hint)) hint = undefined;
        this.#explain(error, address, failures);
      }
      if (isStopped()) break;
      failures++;
      const waitMs =
        hint !== undefined && failures < 3 ? 0 : Math.min(RECONNECT_MS_FIRST * 2 ** Math.min(failures - 1, 10), RECONNECT_MS_MAX);
      if (waitMs > 0) await sleep(this.#ports.clock, waitMs, this.#stop.signal).catch(() => undefined); // aborted: the loop ends
    }
    this.#stopGranted.resolve();
  }

  /** A broker whose disk stalls would lead what it cannot write: it comes back when the disk does. */
  async #diskAnswers(): Promise<void> {
    while (this.#owner.isStalled() && !this.#stop.signal.aborted)
      await sleep(this.#ports.clock, RECONNECT_MS_MAX, this.#stop.signal).catch(() => undefined); // aborted: the loop ends
  }

  #isSilent(address: string): boolean {
    return address === this.#silent.address && this.#ports.clock.monotonicMs() < this.#silent.untilMs;
  }

  #explain(error: unknown, address: string, failures: number): void {
    if (this.#stop.signal.aborted) return;
    const { code } = toAppError(error);
    if (code === "foreign-cluster") {
      this.#fatal = error;
      this.#ports.logger.error("broker cannot join this cluster", { address, error });
    } else if (failures === 0) this.#ports.logger.warn("coordinator session ended, looking for the active coordinator", { address, error });
    else this.#ports.logger.debug("coordinator does not answer", { address, error });
  }

  /** One session, from registration to its end. */
  async #serve(address: string, onRegistered: () => void): Promise<void> {
    const ended = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, ended.signal]);
    const reports = new BoundedQueue<Report>({ weightMax: SESSION_QUEUE_MAX });
    reports.tryPush({ report: { case: "register", value: this.#owner.registration() } });
    let timers: Timers | undefined;
    const openedMs = this.#ports.clock.monotonicMs();
    this.#unansweredMs = undefined;
    const onSilence = (silentMs: number): void => {
      this.#silent = { address, untilMs: this.#ports.clock.monotonicMs() + SILENT_AVOIDED_MS };
      ended.abort(brokerErrors.noCoordinator({ silentMs }));
    };
    let registerTimer = this.#ports.clock.setTimer(REGISTER_MS_MAX, () => onSilence(REGISTER_MS_MAX));
    try {
      for await (const message of this.#ports.transport.client(ClusterService, address).brokerSession(reports, { signal })) {
        timers?.heard();
        const { command } = message;
        if (command.case === "registered") {
          registerTimer.cancel();
          const { heartbeatIntervalMs, sessionTimeoutMs } = command.value;
          this.#currentMs = 2 * heartbeatIntervalMs;
          this.#heardMs = openedMs;
          await this.#accept(command.value);
          onRegistered();
          this.#reports = reports;
          if (this.#isStopping) this.#heartbeat();
          timers = this.#startTimers({ heartbeatIntervalMs, sessionTimeoutMs }, onSilence);
          this.#ports.logger.info("broker registered", {
            coordinator: command.value.coordinatorId,
            address,
            brokerEpoch: this.#brokerEpoch,
            coordinatorEpoch: Number(command.value.coordinatorEpoch),
            generation: command.value.generation,
          });
        } else if (command.case === "reportCluster") {
          // The coordinator waits for others; this broker goes on with what it knows, and comes again when the session has ended.
          registerTimer.cancel();
          registerTimer = this.#ports.clock.setTimer(REPORT_WAIT_MS_MAX, () => onSilence(REPORT_WAIT_MS_MAX));
          this.#ports.logger.warn("coordination store lost data: this broker tells the coordinator what it knows", { address });
          reports.tryPush({ report: { case: "cluster", value: this.#owner.clusterReport() } });
        } else if (command.case !== undefined) {
          // Taking over thousands of partitions lasts longer than a session may be silent: nothing is heard meanwhile, since nobody listens.
          timers?.listens(false);
          await this.#obey(command);
          timers?.listens(true);
        }
      }
    } finally {
      registerTimer.cancel();
      timers?.stop();
      if (this.#reports === reports) this.#reports = undefined;
      reports.end();
      ended.abort();
    }
    throw brokerErrors.noCoordinator({ address });
  }

  async #accept(registered: {
    brokerEpoch: bigint;
    clusterId: string;
    generation: string;
    coordinatorEpoch: bigint;
    coordinatorId: string;
    topicDefaults?: TopicDefaults | undefined;
  }): Promise<void> {
    const { clusterId, generation, coordinatorId } = registered;
    await this.#folder.accept({ clusterId, generation, coordinatorId, coordinatorEpoch: Number(registered.coordinatorEpoch) });
    this.#brokerEpoch = Number(registered.brokerEpoch);
    this.#owner.registered({ brokerEpoch: this.#brokerEpoch, clusterId, topicDefaults: registered.topicDefaults });
  }

  async #obey(
    command: Exclude<BrokerSessionResponse["command"], { case: undefined } | { case: "registered" } | { case: "reportCluster" }>,
  ): Promise<void> {
    switch (command.case) {
      case "metadata": {
        const { coordinatorEpoch } = command.value;
        const seenEpoch = this.#folder.seen.coordinatorEpoch;
        if (Number(coordinatorEpoch) !== seenEpoch)
          throw brokerErrors.staleCoordinator({ coordinatorEpoch: Number(coordinatorEpoch), seenEpoch });
        await this.#owner.apply(command.value);
        // A broker may lead once it has applied its snapshot. What changes later the next heartbeat tells: a message more, and its answer, for each change and broker.
        if (command.value.snapshot) this.#heartbeat();
        return;
      }
      case "heartbeatAck":
        this.#heardMs = this.#unansweredMs ?? this.#heardMs;
        this.#unansweredMs = undefined;
        return;
      case "describeLogs": {
        const { question, logs } = command.value;
        this.#reports?.tryPush({ report: { case: "logs", value: { question, logs: this.#owner.logReports(logs) } } });
        return;
      }
      case "stopGranted":
        this.#stopGranted.resolve();
        return;
      default:
        assertNever(command, "coordinator command");
    }
  }

  #heartbeat(): void {
    this.#unansweredMs ??= this.#ports.clock.monotonicMs();
    this.#reports?.tryPush({
      report: {
        case: "heartbeat",
        value: {
          brokerEpoch: BigInt(this.#brokerEpoch),
          stopping: this.#isStopping,
          metadataVersion: BigInt(this.#owner.metadataVersion()),
          caughtUp: this.#owner.isCaughtUp(),
          diskFull: this.#owner.isDiskFull(),
        },
      },
    });
  }

  /** Heartbeats at their interval; a session in which nothing was heard for its time-out is given up. */
  #startTimers(of: { heartbeatIntervalMs: number; sessionTimeoutMs: number }, onSilence: (silentMs: number) => void): Timers {
    const { clock } = this.#ports;
    let heardMs = clock.monotonicMs();
    let isListening = true;
    let timer: Timer;
    const tick = (): void => {
      if (isListening && clock.monotonicMs() - heardMs > of.sessionTimeoutMs) {
        onSilence(Math.round(clock.monotonicMs() - heardMs));
        return;
      }
      // Silence is how the coordinator hears of it: the broker is fenced, and others lead.
      if (!this.#owner.isStalled()) this.#heartbeat();
      timer = clock.setTimer(of.heartbeatIntervalMs, tick);
    };
    timer = clock.setTimer(of.heartbeatIntervalMs, tick);
    const heard = (): number => (heardMs = clock.monotonicMs());
    const listens = (value: boolean): void => {
      isListening = value;
      heard();
    };
    return { heard, listens, stop: () => timer.cancel() };
  }
}

interface Timers {
  heard(): void;
  /** False: messages that come are not taken now, so that silence means nothing. */
  listens(value: boolean): void;
  stop(): void;
}
