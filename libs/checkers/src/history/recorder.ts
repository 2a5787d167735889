import type { HistoryEvent } from "./event.ts";

type WithoutHead<E> = E extends HistoryEvent ? Omit<E, "i" | "t"> : never;

/** What happened, as a client tells it: number and time are added. */
export type Happening = WithoutHead<HistoryEvent>;

export interface RecorderPorts {
  /** One monotonic clock for all clients, in nanoseconds. */
  readonly nowNs: () => number;
  /** Takes each event as it happens, to keep it. */
  readonly write: (event: HistoryEvent) => void;
}

/** Numbers events and puts the time to them, and gives out process numbers. Does no I/O: `write` does what the harness wants. */
export class HistoryRecorder {
  readonly #ports: RecorderPorts;
  #next = 0;
  #nextProcess = 0;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
  }

  /** How many events there are. */
  get length(): number {
    return this.#next;
  }

  /** A number that no process had before: for a new client, and for the successor of one that retired. */
  newProcess(): number {
    return this.#nextProcess++;
  }

  record(happening: Happening): HistoryEvent {
    const event: HistoryEvent = { i: this.#next++, t: this.#ports.nowNs(), ...happening };
    this.#ports.write(event);
    return event;
  }
}
