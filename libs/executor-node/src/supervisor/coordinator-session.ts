import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  ExecutorRegistryService,
  type ExecutorRegistered,
  type ExecutorSessionRequestSchema,
  type ExecutorSessionResponse,
  type RpcTransport,
  type StateEntrySchema,
} from "@millrace/contracts";
import { AppError, toAppError } from "@millrace/model";
import { type Clock, type Logger, sleep, type Timer } from "@millrace/ports";
import { BoundedQueue } from "@millrace/stdx";
import {
  RECONNECT_DELAY_MAX_MS,
  RECONNECT_DELAY_MIN_MS,
  REGISTER_TIMEOUT_MS,
  REPORTS_QUEUED_BYTES_MAX,
  SILENT_AVOIDED_MS,
} from "../limits.ts";

type Request = MessageInitShape<typeof ExecutorSessionRequestSchema>;
type Report = Request["report"] & object;

export interface SessionOptions {
  readonly coordinators: readonly string[];
  readonly executorId: string;
  readonly incarnationId: string;
  readonly host: string;
  readonly workerSlots: number;
}

export interface SessionListener {
  /** A coordinator took the registration; what was said in an earlier session is void. */
  onRegistered(registered: ExecutorRegistered, coordinator: string): void;
  onCommand(command: ExecutorSessionResponse["command"]): void;
  /** The session is over: its epoch may be too. Workers of it are useless, since nobody hears their reports. */
  onLost(): void;
}

interface SessionPorts {
  readonly transport: RpcTransport;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps one session with the active coordinator: finds it, registers, sends heartbeats and reports, and begins again when it breaks. */
export class CoordinatorSession {
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #ports: SessionPorts;
  readonly #stopped = new AbortController();
  #queue: BoundedQueue<Request> | undefined;
  #endSession: (() => void) | undefined;
  #epochSeen = 0n;
  #stopping = false;
  #hint: string | undefined;
  /** Next of the known addresses. */
  #turn = 0;
  #lastAddress = "";
  /** One that kept its connection open and said nothing: paused, or cut off. */
  #silent = { address: "", untilMs: 0 };

  constructor(options: SessionOptions, listener: SessionListener, ports: SessionPorts) {
    this.#options = options;
    this.#listener = listener;
    this.#ports = ports;
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt++) {
      const registered = await this.#attempt(this.#nextAddress());
      if (registered) attempt = 0;
      const delayMs = Math.min(RECONNECT_DELAY_MAX_MS, RECONNECT_DELAY_MIN_MS * 2 ** Math.min(attempt, 10));
      await sleep(this.#ports.clock, this.#hint === undefined ? delayMs : RECONNECT_DELAY_MIN_MS, this.#stopped.signal).catch(
        () => undefined,
      );
    }
  }

  /** False: there is no session, or the coordinator does not take reports any more; the report is void either way. */
  send(report: Report): boolean {
    return this.#queue?.tryPush({ report }) ?? false;
  }

  /** Ends the session as if it had broken; another one is opened. */
  giveUp(): void {
    this.#endSession?.();
  }

  /** Tells the coordinator that this executor takes nothing new. */
  announceStop(): void {
    this.#stopping = true;
    this.send({ case: "heartbeat", value: { stopping: true } });
  }

  stop(): void {
    this.#stopped.abort(new Error("executor stops"));
    this.#queue?.end();
  }

  /** One session from dialling to its end; true if it was registered. */
  async #attempt(address: string): Promise<boolean> {
    const { clock, logger, transport } = this.#ports;
    const over = new AbortController();
    const queue = new BoundedQueue<Request>({ weightMax: REPORTS_QUEUED_BYTES_MAX, weigh: weightOf });
    const end = (): void => over.abort(new Error("session is over"));
    this.#stopped.signal.addEventListener("abort", end, { once: true });
    const onSilence = (): void => {
      this.#silent = { address, untilMs: clock.monotonicMs() + SILENT_AVOIDED_MS };
      end();
    };
    const registerTimer = clock.setTimer(REGISTER_TIMEOUT_MS, onSilence);
    let heartbeat: Timer | undefined;
    let silence: Timer | undefined;
    let silenceMs = 0;
    let registered = false;
    queue.tryPush({ report: { case: "register", value: { ...this.#registration() } } });
    try {
      const responses = transport.client(ExecutorRegistryService, address).executorSession(queue, { signal: over.signal });
      for await (const { command } of responses) {
        if (command.case === "registered") {
          if (command.value.coordinatorEpoch < this.#epochSeen) throw staleCoordinator(address);
          this.#epochSeen = command.value.coordinatorEpoch;
          registerTimer.cancel();
          registered = true;
          this.#queue = queue;
          this.#endSession = end;
          this.#listener.onRegistered(command.value, address);
          heartbeat = this.#beat(queue, command.value.heartbeatIntervalMs, (timer) => (heartbeat = timer));
          silenceMs = command.value.sessionTimeoutMs;
        } else if (registered) {
          this.#listener.onCommand(command);
        }
        // Heartbeats are answered: a coordinator that says nothing is paused or cut off, and keeps the connection open all the same.
        silence?.cancel();
        if (registered) silence = clock.setTimer(silenceMs, onSilence);
      }
    } catch (error) {
      const { code, message, context } = toAppError(error);
      const leader = context["leader"];
      // A standby that has not taken over yet still names the one that fell silent.
      if (typeof leader === "string" && leader !== "" && leader !== address && !this.#isSilent(leader)) this.#hint = leader;
      if (!this.#stopped.signal.aborted) logger.debug("coordinator session ended", { address, code, reason: message });
    } finally {
      this.#stopped.signal.removeEventListener("abort", end);
      registerTimer.cancel();
      heartbeat?.cancel();
      silence?.cancel();
      queue.end();
      end();
      this.#queue = undefined;
      this.#endSession = undefined;
      if (registered) this.#listener.onLost();
    }
    return registered;
  }

  /** Where the last answer pointed, else one after the other; not the one that was just lost, where there is another. */
  #nextAddress(): string {
    const { coordinators } = this.#options;
    const known = (): string => coordinators[this.#turn++ % coordinators.length] ?? "";
    let address = this.#hint ?? known();
    if (this.#hint === undefined && (address === this.#lastAddress || this.#isSilent(address))) address = known();
    this.#hint = undefined;
    this.#lastAddress = address;
    return address;
  }

  #isSilent(address: string): boolean {
    return address === this.#silent.address && this.#ports.clock.monotonicMs() < this.#silent.untilMs;
  }

  #registration(): { executorId: string; incarnationId: string; host: string; workerSlots: number; coordinatorEpochSeen: bigint } {
    const { executorId, incarnationId, host, workerSlots } = this.#options;
    return { executorId, incarnationId, host, workerSlots, coordinatorEpochSeen: this.#epochSeen };
  }

  #beat(queue: BoundedQueue<Request>, intervalMs: number, keep: (timer: Timer) => void): Timer {
    const beat = (): void => {
      queue.tryPush({ report: { case: "heartbeat", value: { stopping: this.#stopping } } }, { force: true });
      keep(this.#ports.clock.setTimer(intervalMs, beat));
    };
    return this.#ports.clock.setTimer(intervalMs, beat);
  }
}

function weightOf(request: Request): number {
  const report = request.report;
  if (report?.case === "worker" && report.value.report?.case === "stateRead")
    return 256 + weightOfAnswer(report.value.report.value.entries);
  if (report?.case !== "worker" || report.value.report?.case !== "batchDone") return 256;
  return 256 + (report.value.report.value.parts ?? []).reduce((sum, part) => sum + Number(part.byteCount ?? 0n), 0);
}

function weightOfAnswer(entries: readonly MessageInitShape<typeof StateEntrySchema>[] = []): number {
  return entries.reduce((sum, { keyJson = "", valueJson = "" }) => sum + keyJson.length + valueJson.length + 64, 0);
}

function staleCoordinator(address: string): AppError {
  return new AppError({
    kind: "fenced",
    code: "stale-coordinator",
    message: "a coordinator of an older epoch is not obeyed",
    context: { address },
  });
}
