import { createValueCodec, crc32c } from "@millrace/codecs";
import { runJobWorker } from "@millrace/executor-node";
import {
  type CheckpointPlaces,
  NO_EXPRESSIONS,
  NO_TRACER,
  NO_VALUE_FORMATS,
  type WorkerExit,
  type WorkerHost,
  type WorkerInit,
  type WorkerListener,
} from "@millrace/ports";
import type { JobModule } from "@millrace/streams";
import { MemoryStateStore } from "@millrace/testkit";
import { BoundedQueue } from "@millrace/stdx";
import { NO_COMPRESSION } from "./no-compression.ts";
import type { Network } from "./network.ts";
import type { SimLog } from "./sim-log.ts";
import type { SimProcess } from "./sim-process.ts";
import { simulatedListener, simulatedTransport } from "./transport.ts";

/** From one process to another on the same machine. */
const PIPE_MS = 0.1;
/** Commands that a worker has not taken: the bound of the real channel. */
const UNSENT_MESSAGES_MAX = 10_000;

/** What workers of one executor process need of the world. */
export interface WorkerWorld {
  readonly supervisor: SimProcess;
  readonly network: Network;
  readonly log: SimLog;
  readonly job: JobModule;
  readonly startMs: number;
  /** What of a worker's state stays in memory; undefined: all. */
  readonly stateMemoryBytes: number | undefined;
  readonly places: CheckpointPlaces;
  /** A new process on the executor's machine. */
  newProcess(name: string): SimProcess;
  /** Asked before each report: true kills the worker that was about to make it. */
  losesReport(): boolean;
}

/** Workers as processes of their own on the executor's machine: the real worker in this thread, over a pipe to its supervisor. Its bundle is the run's job. */
export function simulatedWorkers(world: WorkerWorld): WorkerHost {
  return {
    saveBundle: (digest) => Promise.resolve(`bundle:${digest}`),
    spawn: (init, listener) => {
      const worker = new SimWorker(init, listener, world);
      return { send: (command) => worker.send(command), kill: () => worker.kill() };
    },
  };
}

class SimWorker {
  readonly #process: SimProcess;
  readonly #world: WorkerWorld;
  readonly #commands = new BoundedQueue<Uint8Array>({ weightMax: UNSENT_MESSAGES_MAX });
  #exit: WorkerExit = { reason: "crashed", detail: "signal" };

  constructor(init: WorkerInit, listener: WorkerListener, world: WorkerWorld) {
    const { supervisor, network } = world;
    const { scheduler } = network;
    this.#world = world;
    const process = world.newProcess(`${init.host}-worker-${init.jobEpoch}.${init.workerIndex}`);
    this.#process = process;
    // A pipe outlives neither end. The worker hears of its supervisor's end, and ends when it has done what it is at.
    supervisor.onDeath(() => scheduler.after(PIPE_MS, process, () => this.#commands.end()));
    process.onDeath(() => scheduler.after(PIPE_MS, supervisor, () => listener.onExit(this.#exit)));
    scheduler.after(world.startMs, process, () => this.#run(init, listener));
  }

  send(command: Uint8Array): boolean {
    if (this.#process.isDead) return false;
    const { trace, scheduler } = this.#world.network;
    trace.bytes(command);
    scheduler.after(PIPE_MS, this.#process, () => this.#commands.tryPush(command));
    return true;
  }

  /** SIGKILL: of a paused one too. */
  kill(): void {
    this.#exit = { reason: "stopped", detail: "SIGKILL" };
    this.#process.kill();
  }

  #run(init: WorkerInit, listener: WorkerListener): void {
    const { network, log, job, stateMemoryBytes, places } = this.#world;
    const process = this.#process;
    const end = (detail: string): void => {
      this.#exit = { reason: "crashed", detail };
      process.kill();
    };
    runJobWorker({
      channel: { init, commands: this.#commands, report: (report) => this.#report(report, listener) },
      loadBundle: () => Promise.resolve({ default: job }),
      transport: simulatedTransport(process, network),
      listener: simulatedListener(process, network),
      clock: process.clock,
      random: process.random,
      logger: log.of(process.name),
      tracer: NO_TRACER,
      codec: createValueCodec(),
      crc32c,
      compression: NO_COMPRESSION,
      connectors: { sink: () => undefined, source: () => undefined, receiver: () => undefined },
      formats: NO_VALUE_FORMATS,
      places,
      expressions: NO_EXPRESSIONS,
      ...(stateMemoryBytes === undefined ? {} : { spill: { store: new MemoryStateStore(), budgetBytes: stateMemoryBytes } }),
    }).then(
      () => end("exit code 0"),
      (error: unknown) => {
        log.note(process.name, "worker throws", { error });
        end("exit code 1");
      },
    );
  }

  #report(report: Uint8Array, listener: WorkerListener): Promise<void> {
    const { supervisor, network } = this.#world;
    if (supervisor.isDead) return Promise.reject(new Error("the channel to the supervisor is closed"));
    if (this.#world.losesReport()) {
      this.#process.kill();
      return new Promise(() => undefined);
    }
    network.trace.bytes(report);
    network.scheduler.after(PIPE_MS, supervisor, () => listener.onReport(report));
    return Promise.resolve();
  }
}
