interface Down {
  readonly downMs: number;
}
interface OfBroker {
  readonly broker: number;
}
interface OfCoordinator {
  readonly coordinator: number;
}
interface OfExecutor {
  readonly executor: number;
}
interface OfMachine {
  readonly machine: string;
}
interface Lasting {
  readonly forMs: number;
}
interface Way {
  readonly from: string;
  readonly to: string;
}

/** What a fault of each kind has. */
export interface FaultParameters {
  "kill-broker": OfBroker & Down;
  "power-loss": OfBroker & Down;
  /** The machine comes back with a new, empty disk. */
  "empty-disk": OfBroker & Down;
  /** A bit of a closed segment, while the broker is down. */
  "flipped-bit": OfBroker & Down & { readonly place: number };
  /** A bit of what is durable of a log's last segment, while the broker is down. */
  "flipped-tail-bit": OfBroker & Down & { readonly place: number };
  /** One broker falls behind, another one is damaged where the first must still read, and is then the only one that has it. */
  "damage-before-follower": OfBroker & Down & { readonly behind: number; readonly behindMs: number; readonly place: number };
  "power-loss-everywhere": Down;
  "kill-every-broker": Down;
  "pause-broker": OfBroker & Lasting;
  /** In order: it hands its leadership over first. */
  "stop-broker": OfBroker & Down;
  "kill-coordinator": OfCoordinator & Down;
  "pause-coordinator": OfCoordinator & Lasting;
  /** The active one reaches everybody else, and cannot keep its lease. */
  "coordinator-without-store": Lasting;
  "one-way-cut": Way & Lasting;
  "two-way-cut": Way & Lasting;
  "isolated-machine": OfMachine & Lasting;
  /** From every other server, and not from its clients: a leader that goes on taking records. */
  "broker-among-clients": OfBroker & Lasting;
  /** All connections of the machine break, and what was under way on them is lost. */
  "connection-resets": OfMachine;
  /** The same over and over: whoever it talks to, it does not stay with. */
  flapping: OfMachine & Lasting;
  /** Each of its connections stands still now and then, by itself, one way: what comes on another overtakes it. */
  "stalling-connections": OfMachine & Lasting & { readonly stallMsMax: number };
  "slow-network": Lasting & { readonly delayMsMax: number };
  "duplicated-requests": Lasting & { readonly chance: number };
  "clock-jump": OfMachine & { readonly byMs: number };
  "clock-drift": OfMachine & { readonly rate: number };
  "slow-disk": OfBroker & Lasting & { readonly stallMs: number };
  "full-disk": OfBroker & Lasting;
  "failing-syncs": OfBroker & Lasting;
  "store-down": Lasting;
  "store-answers-lost": Lasting & { readonly chance: number };
  /** `isPastTerm`: so many writes before the term of the moment began, so that its epoch is given out twice. */
  "store-rollback": { readonly writes: number; readonly isPastTerm: boolean };
  "client-crash": { readonly client: number };
  "pause-client": { readonly client: number } & Lasting;
  /** Its workers hear of it, and end when they have done what they are at. */
  "kill-executor": OfExecutor & Down;
  "executor-power-loss": OfExecutor & Down;
  /** With its workers. */
  "pause-executor": OfExecutor & Lasting;
  /** Without their supervisor: whoever goes on then is a zombie of an old attempt. */
  "pause-workers": OfExecutor & Lasting;
  "kill-worker": OfExecutor & { readonly place: number };
  /** The next worker that has something to tell dies before it does: what it has done stands, and nobody knows. */
  "kill-worker-at-report": OfExecutor;
  /** In order: it waits until others have taken over. */
  "stop-executor": OfExecutor & Down;
}

export type FaultKind = keyof FaultParameters;
/** What can happen in runs with a job only. */
export type ExecutorFaultKind =
  "kill-executor" | "executor-power-loss" | "pause-executor" | "pause-workers" | "kill-worker" | "kill-worker-at-report" | "stop-executor";

/** A fault of a kind. */
export type FaultOf<K extends FaultKind> = {
  readonly [Kind in K]: { readonly atMs: number; readonly kind: Kind } & FaultParameters[Kind];
}[K];

/** What goes wrong, and when (true milliseconds from the start of the work). Plain data, so that a failing run can be tried again with fewer. */
export type Fault = FaultOf<FaultKind>;
