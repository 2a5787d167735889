import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type BatchDone,
  errorToWire,
  type ExecutorRegistered,
  type ExecutorSessionResponse,
  JobService,
  type RpcTransport,
  type StartWorker,
  WorkerCommandSchema,
  type WorkerId,
  type WorkerReport,
  WorkerReportSchema,
} from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import type { Clock, Counter, Logger, Metrics, Random, WorkerExit, WorkerHost, WorkerProcess } from "@millrace/ports";
import type { CallPosition } from "@millrace/dataflow";
import { errors } from "../errors.ts";
import { BUNDLE_TIMEOUT_MS } from "../limits.ts";
import type { ExecutorSettings } from "../settings.ts";
import { CoordinatorSession } from "./coordinator-session.ts";
import { lastCallOf } from "./last-call.ts";

export interface ExecutorPorts {
  readonly transport: RpcTransport;
  readonly workerHost: WorkerHost;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A running executor. */
export interface ExecutorNode {
  /** Why it is not ready; undefined when it is registered with a coordinator. */
  notReadyReason(): string | undefined;
  /** Resolves when a coordinator has taken the registration for the first time. */
  readonly registered: Promise<void>;
  /** Takes nothing new, waits until its jobs have left it or the deadline has passed, then ends every worker. */
  stop(options: { deadlineMs: number }): Promise<void>;
}

interface Bundle {
  readonly url: string;
  readonly graphJson: string;
}

/**
 * Supervises workers: starts and kills them on the coordinator's word, and passes messages through unread. Keeps nothing that a checkpoint
 * cannot bring back. When the session breaks, every worker is killed: the next coordinator or session begins a new job epoch anyway.
 */
export function createExecutorNode(settings: ExecutorSettings, ports: ExecutorPorts): ExecutorNode {
  return new Supervisor(settings, ports);
}

class Supervisor implements ExecutorNode {
  readonly registered: Promise<void>;
  readonly #settings: ExecutorSettings;
  readonly #ports: ExecutorPorts;
  readonly #session: CoordinatorSession;
  readonly #running: Promise<void>;
  readonly #workers = new Map<string, WorkerProcess>();
  /** Asked for, and waiting for their bundle. */
  readonly #starting = new Set<string>();
  readonly #bundles = new Map<string, Promise<Bundle>>();
  readonly #onRegistered: () => void;
  readonly #batches: Counter;
  readonly #stageSeconds: Counter;
  readonly #shuffleBytes: Counter;
  #current: { readonly coordinator: string } | undefined;

  constructor(settings: ExecutorSettings, ports: ExecutorPorts) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.registered = promise;
    this.#onRegistered = resolve;
    this.#settings = settings;
    this.#ports = ports;
    const { executorId, coordinators, host, workerSlots } = settings;
    const options = { executorId, coordinators, host, workerSlots, incarnationId: ports.random.hex(16) };
    this.#session = new CoordinatorSession(options, this.#listener(), ports);
    this.#batches = ports.metrics.counter("millrace_executor_batches_total");
    this.#stageSeconds = ports.metrics.counter("millrace_task_stage_seconds_total");
    this.#shuffleBytes = ports.metrics.counter("millrace_shuffle_bytes_total");
    ports.metrics.gauge("millrace_executor_workers", () => [{ value: this.#workers.size }]);
    this.#running = this.#session.run();
  }

  notReadyReason(): string | undefined {
    return this.#current === undefined ? `not registered with a coordinator (${this.#settings.coordinators.join(", ")})` : undefined;
  }

  async stop({ deadlineMs }: { deadlineMs: number }): Promise<void> {
    this.#session.announceStop();
    await this.#untilIdle(deadlineMs);
    this.#session.stop();
    this.#killAll();
    await this.#running;
  }

  #listener(): ConstructorParameters<typeof CoordinatorSession>[1] {
    return {
      onRegistered: (registered, coordinator) => {
        this.#onSession(registered, coordinator);
      },
      onCommand: (command) => {
        this.#onCommand(command);
      },
      onLost: () => {
        this.#current = undefined;
        this.#killAll();
      },
    };
  }

  #onSession(registered: ExecutorRegistered, coordinator: string): void {
    this.#current = { coordinator };
    this.#ports.logger.info("registered", {
      executor: this.#settings.executorId,
      coordinator,
      coordinatorEpoch: Number(registered.coordinatorEpoch),
    });
    this.#onRegistered();
  }

  #onCommand(command: ExecutorSessionResponse["command"]): void {
    if (command.case === "startWorker") {
      const { worker } = command.value;
      this.#start(command.value).catch((error: unknown) => {
        if (worker !== undefined) this.#reportFailure(worker, error, false);
      });
    } else if (command.case === "stopWorker" && command.value.worker !== undefined) {
      this.#kill(keyOf(command.value.worker));
    } else if (command.case === "worker" && command.value.worker !== undefined) {
      const process = this.#workers.get(keyOf(command.value.worker));
      if (process?.send(toBinary(WorkerCommandSchema, command.value)) === false) this.#onDeaf(command.value.worker);
    }
  }

  async #start({ worker, digest, brokerAddresses }: StartWorker): Promise<void> {
    const current = this.#current;
    if (worker === undefined || current === undefined) return;
    const key = keyOf(worker);
    this.#starting.add(key);
    const bundle = await this.#bundle(worker.jobId, digest, current.coordinator);
    if (!this.#starting.delete(key)) return; // Stopped meanwhile.
    const init = {
      jobId: worker.jobId,
      jobEpoch: Number(worker.jobEpoch),
      workerIndex: worker.workerIndex,
      host: this.#settings.host,
      bundleUrl: bundle.url,
      graphJson: bundle.graphJson,
      brokerAddresses,
    };
    const process = this.#ports.workerHost.spawn(init, {
      onReport: (bytes) => {
        if (this.#workers.get(key) !== process) return;
        const report = fromBinary(WorkerReportSchema, bytes);
        if (report.report.case === "batchDone") this.#measure(report.report.value);
        this.#report(report);
      },
      onExit: (exit) => {
        if (this.#workers.get(key) !== process) return;
        this.#workers.delete(key);
        if (exit.reason !== "stopped") this.#onUnexpectedExit(worker, exit);
      },
    });
    this.#workers.set(key, process);
  }

  /** A worker that takes no commands is as good as dead: the coordinator hears of it now, not when a batch times out. */
  #onDeaf(worker: WorkerId): void {
    this.#kill(keyOf(worker));
    this.#reportFailure(worker, errors.workerEnded("deaf", "it took no commands any more"), false);
  }

  #onUnexpectedExit(worker: WorkerId, exit: WorkerExit): void {
    this.#ports.logger.warn("worker ended", {
      job: worker.jobId,
      jobEpoch: Number(worker.jobEpoch),
      worker: worker.workerIndex,
      reason: exit.reason,
      detail: exit.detail,
    });
    const at = lastCallOf(exit);
    this.#reportFailure(
      worker,
      errors.workerEnded(exit.reason, exit.detail, at),
      exit.reason === "out-of-memory" || exit.reason === "unresponsive",
      at,
    );
  }

  /** Fetched from the coordinator once per digest; a failure is not remembered. */
  #bundle(jobId: string, digest: string, coordinator: string): Promise<Bundle> {
    const known = this.#bundles.get(digest);
    if (known !== undefined) return known;
    const fetched = this.#fetchBundle(jobId, digest, coordinator);
    this.#bundles.clear(); // One at a time is enough to start all workers of an epoch; the files stay.
    this.#bundles.set(digest, fetched);
    fetched.catch(() => this.#bundles.delete(digest));
    return fetched;
  }

  async #fetchBundle(jobId: string, digest: string, coordinator: string): Promise<Bundle> {
    const client = this.#ports.transport.client(JobService, coordinator);
    const { graphJson, bundle } = await client.getJobBundle({ jobId }, { timeoutMs: BUNDLE_TIMEOUT_MS });
    // A job without a module is all in its graph.
    return { url: bundle.length === 0 ? "" : await this.#ports.workerHost.saveBundle(digest, bundle), graphJson };
  }

  #report(report: WorkerReport): void {
    const { worker } = report;
    if (this.#session.send({ case: "worker", value: report }) || worker === undefined) return;
    this.#ports.logger.warn("report lost, session is given up", { job: worker.jobId, worker: worker.workerIndex });
    this.#session.giveUp(); // Every worker is killed, and the coordinator hears that this executor is gone.
  }

  #measure({ stages, shuffleBytes }: BatchDone): void {
    this.#batches.add(1);
    for (const { stage, seconds } of stages) this.#stageSeconds.add(seconds, { stage });
    this.#shuffleBytes.add(Number(shuffleBytes));
  }

  #reportFailure(worker: WorkerId, error: unknown, permanent: boolean, at?: CallPosition): void {
    const where = { operatorId: at?.operator ?? "", batch: BigInt(at?.batch ?? 0), position: at?.position ?? "" };
    const failed = { error: errorToWire(toAppError(error)), ...where, permanent };
    this.#report(create(WorkerReportSchema, { worker, report: { case: "failed", value: failed } }));
  }

  #kill(key: string): void {
    const process = this.#workers.get(key);
    this.#starting.delete(key);
    this.#workers.delete(key);
    process?.kill();
  }

  #killAll(): void {
    for (const key of [...this.#workers.keys(), ...this.#starting]) this.#kill(key);
  }

  async #untilIdle(deadlineMs: number): Promise<void> {
    const { clock } = this.#ports;
    const endMs = clock.monotonicMs() + deadlineMs;
    while (this.#workers.size > 0 && this.#current !== undefined && clock.monotonicMs() < endMs) {
      await new Promise<void>((resolve) => clock.setTimer(IDLE_CHECK_MS, resolve));
    }
  }
}

/** How often a stopping executor looks whether its workers have been taken away. */
const IDLE_CHECK_MS = 50;

function keyOf(worker: WorkerId): string {
  return `${worker.jobId}/${worker.jobEpoch}/${worker.workerIndex}`;
}
