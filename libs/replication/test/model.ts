/**
 * Rules R1-R13 of replication as a small model: three replicas, one partition. It knows nothing of the engine; its states are explored one by one in
 * `model.spec.ts`. Everything a real cluster does in several steps with time between them is several steps here: a broker learns of a change late, a
 * leader's wish for another in-sync set reaches the coordinator late, a process dies between any two of them.
 */

/** Known bugs, each a switch. */
export const MUTATIONS = [
  "truncate-to-high-watermark",
  "old-epoch-accepted",
  "leader-shrinks-alone",
  "confirmed-set-only",
  "join-without-epoch-start",
  "join-without-current-fetch",
  "join-without-broker-epoch",
  "watermark-below-minimum",
  "empty-disk-trusted",
  "ack-before-sync",
] as const;
export type Mutation = (typeof MUTATIONS)[number];

export const REPLICAS = [0, 1, 2] as const;
const MIN_IN_SYNC = 2;
const NOBODY = -1;

interface Entry {
  readonly epoch: number;
  readonly value: number;
}

/** What a leader knows of a follower; -1: it has not fetched in this epoch. */
interface Known {
  readonly end: number;
  readonly brokerEpoch: number;
}

export interface Replica {
  readonly isUp: boolean;
  readonly brokerEpoch: number;
  readonly log: readonly Entry[];
  readonly synced: number;
  readonly highWatermark: number;
  /** What it last heard. */
  readonly epoch: number;
  readonly leader: number;
  readonly partitionEpoch: number;
  readonly inSync: readonly number[];
  readonly epochStart: number;
  readonly known: readonly Known[];
  /** Asked of the coordinator and not answered; with the broker epochs it saw. */
  readonly wish:
    { readonly inSync: readonly number[]; readonly brokerEpochs: readonly number[]; readonly partitionEpoch: number } | undefined;
}

export interface State {
  readonly leader: number;
  readonly epoch: number;
  readonly partitionEpoch: number;
  readonly inSync: readonly number[];
  readonly brokerEpochs: readonly number[];
  readonly isFenced: readonly boolean[];
  readonly replicas: readonly Replica[];
  /** What was acknowledged or shown to a reader, by offset. */
  readonly committed: readonly number[];
  readonly crashesLeft: number;
  readonly wipesLeft: number;
  readonly recordsLeft: number;
  /** Wishes for another in-sync set that leaders may still have. */
  readonly wishesLeft: number;
}

export interface Limits {
  readonly wishes: number;
  readonly records: number;
  readonly epochs: number;
  readonly crashes: number;
  readonly wipes: number;
}

const UNKNOWN: Known = { end: -1, brokerEpoch: -1 };

export function initialState(limits: Limits): State {
  const replica: Replica = {
    isUp: true,
    brokerEpoch: 0,
    log: [],
    synced: 0,
    highWatermark: 0,
    epoch: 0,
    leader: 0,
    partitionEpoch: 0,
    inSync: [0, 1, 2],
    epochStart: 0,
    known: [UNKNOWN, UNKNOWN, UNKNOWN],
    wish: undefined,
  };
  return {
    leader: 0,
    epoch: 0,
    partitionEpoch: 0,
    inSync: [0, 1, 2],
    brokerEpochs: [0, 0, 0],
    isFenced: [false, false, false],
    replicas: [replica, replica, replica],
    committed: [],
    crashesLeft: limits.crashes,
    wipesLeft: limits.wipes,
    recordsLeft: limits.records,
    wishesLeft: limits.wishes,
  };
}

/** A step that is possible now: its name, and the state after it. A thrown error is a broken property. */
export type Step = readonly [name: string, next: () => State];

export function steps(state: State, limits: Limits, mutation: Mutation | undefined): Step[] {
  const found: Step[] = [];
  for (const id of REPLICAS) {
    const me = replicaOf(state, id);
    if (!me.isUp) {
      found.push([`restart ${id}`, () => restart(state, id, limits)]);
      continue;
    }
    if (me.partitionEpoch < state.partitionEpoch) found.push([`learn ${id}`, () => learn(state, id, mutation)]);
    if (me.leader === id && me.synced < me.log.length)
      found.push([`sync ${id}`, () => advance(put(state, id, { ...me, synced: me.log.length }), id, mutation)]);
    if (state.crashesLeft > 0) found.push([`crash ${id}`, () => crash(state, id)]);
    if (state.wipesLeft > 0 && state.crashesLeft > 0) found.push([`wipe ${id}`, () => wipe(state, id, mutation)]);
    if (!fenced(state, id) && state.epoch < limits.epochs - 1) found.push([`fence ${id}`, () => fence(state, id)]);
    if (fenced(state, id) && me.brokerEpoch === state.brokerEpochs[id]) found.push([`unfence ${id}`, () => unfence(state, id, limits)]);
    if (me.leader === id) found.push(...leaderSteps(state, id, mutation));
    else if (me.leader !== NOBODY && replicaOf(state, me.leader).isUp) found.push([`fetch ${id}`, () => fetch(state, id, mutation)]);
  }
  return found;
}

function leaderSteps(state: State, id: number, mutation: Mutation | undefined): Step[] {
  const me = replicaOf(state, id);
  const found: Step[] = [];
  if (state.recordsLeft > 0) found.push([`append ${id}`, () => append(state, id)]);
  if (me.wish !== undefined) {
    found.push([`decide ${id}`, () => decide(state, id, mutation)]);
    return found;
  }
  if (state.wishesLeft === 0) return found;
  for (const other of REPLICAS) {
    if (other === id) continue;
    const isIn = me.inSync.includes(other);
    if (isIn)
      found.push([
        `shrink ${id}-${other}`,
        () =>
          wish(
            state,
            id,
            me.inSync.filter((member) => member !== other),
            mutation,
          ),
      ]);
    else if (mayJoin(me, other, mutation))
      found.push([`expand ${id}+${other}`, () => wish(state, id, [...me.inSync, other].sort(), mutation)]);
  }
  return found;
}

/** R5: at or above the high watermark and the start of the leader's epoch, by a fetch in this epoch. */
function mayJoin(me: Replica, other: number, mutation: Mutation | undefined): boolean {
  const { end } = knownOf(me, other);
  const start = mutation === "join-without-epoch-start" ? 0 : me.epochStart;
  return end >= 0 && end >= me.highWatermark && end >= start;
}

function append(state: State, id: number): State {
  const me = replicaOf(state, id);
  const value = state.recordsLeft * 10 + id;
  return { ...put(state, id, { ...me, log: [...me.log, { epoch: me.epoch, value }] }), recordsLeft: state.recordsLeft - 1 };
}

/** One fetch, its answer and the append: what the follower has is told, then it gets one record more, or is told where to cut. */
function fetch(state: State, id: number, mutation: Mutation | undefined): State {
  const before = replicaOf(state, id);
  const me = mutation === "ack-before-sync" ? before : { ...before, synced: before.log.length }; // a follower asks on when it has synced
  const leader = replicaOf(state, me.leader);
  if (leader.leader !== me.leader) return state;
  const isAllowed = mutation === "old-epoch-accepted" ? leader.epoch <= me.epoch : leader.epoch === me.epoch;
  if (!isAllowed) return state;
  if (mutation !== "truncate-to-high-watermark") {
    const last = me.log.at(-1)?.epoch ?? -1;
    const end = endOfEpoch(leader.log, last);
    const common = Math.min(end, endOfEpoch(me.log, leader.log[end - 1]?.epoch ?? -1));
    if (last >= 0 && (end < me.log.length || leader.log[end - 1]?.epoch !== last))
      return put(state, id, {
        ...me,
        log: me.log.slice(0, common),
        synced: Math.min(me.synced, common),
        highWatermark: Math.min(me.highWatermark, common),
      });
  }
  const end = mutation === "ack-before-sync" ? me.log.length : me.synced;
  const known = leader.known.map((one, index) => (index === id ? { end, brokerEpoch: me.brokerEpoch } : one));
  const told = advance(put(state, me.leader, { ...leader, known }), me.leader, mutation);
  const next = leader.log[me.log.length];
  const log = next === undefined ? me.log : [...me.log, next];
  const highWatermark = Math.max(me.highWatermark, Math.min(replicaOf(told, me.leader).highWatermark, log.length));
  return put(told, id, { ...me, log, highWatermark });
}

/** End of the greatest epoch at or below the asked one. */
function endOfEpoch(log: readonly Entry[], epoch: number): number {
  const index = log.findIndex((entry) => entry.epoch > epoch);
  return index < 0 ? log.length : index;
}

/** R3, R4: the high watermark waits for every member of the greatest set that the coordinator may have by now, on disk, and for enough of them. */
function advance(state: State, id: number, mutation: Mutation | undefined): State {
  const me = replicaOf(state, id);
  if (me.leader !== id) return state;
  const wished = mutation === "confirmed-set-only" ? [] : (me.wish?.inSync ?? []);
  const members = [...new Set([...me.inSync, ...wished])];
  if (me.inSync.length < MIN_IN_SYNC && mutation !== "watermark-below-minimum") return state;
  const ends = members.map((member) =>
    member === id ? (mutation === "ack-before-sync" ? me.log.length : me.synced) : knownOf(me, member).end,
  );
  const highWatermark = Math.min(...ends);
  if (highWatermark <= me.highWatermark) return state;
  const committed = [...state.committed];
  for (let offset = 0; offset < highWatermark; offset++) {
    const value = me.log[offset]?.value ?? NOBODY;
    const before = committed[offset];
    if (before !== undefined && before !== value) throw new Error(`offset ${offset} has two values`);
    committed[offset] = value;
  }
  return { ...put(state, id, { ...me, highWatermark }), committed };
}

function wish(state: State, id: number, inSync: readonly number[], mutation: Mutation | undefined): State {
  const me = replicaOf(state, id);
  const brokerEpochs = REPLICAS.map((other) => (other === id ? me.brokerEpoch : knownOf(me, other).brokerEpoch));
  const asked = { ...me, wish: { inSync, brokerEpochs, partitionEpoch: me.partitionEpoch } };
  const wished = { ...state, wishesLeft: state.wishesLeft - 1 };
  if (mutation !== "leader-shrinks-alone") return put(wished, id, asked);
  return advance(put(wished, id, { ...asked, inSync }), id, mutation);
}

/** R8: the coordinator's compare-and-set on the partition epoch; R5: who is added must be the broker that fetched. The answer is heard by `learn`. */
function decide(state: State, id: number, mutation: Mutation | undefined): State {
  const me = replicaOf(state, id);
  const asked = me.wish;
  if (asked === undefined) return state;
  const isCurrent = state.leader === id && state.epoch === me.epoch && state.partitionEpoch === asked.partitionEpoch;
  const added = asked.inSync.filter((member) => !state.inSync.includes(member));
  const isEligible = added.every(
    (member) =>
      !fenced(state, member) && (mutation === "join-without-broker-epoch" || asked.brokerEpochs[member] === state.brokerEpochs[member]),
  );
  if (!isCurrent) return state.partitionEpoch > me.partitionEpoch ? state : put(state, id, { ...me, wish: undefined });
  if (!isEligible) return put(state, id, { ...me, wish: undefined });
  return { ...state, inSync: asked.inSync, partitionEpoch: state.partitionEpoch + 1 };
}

function learn(state: State, id: number, mutation: Mutation | undefined): State {
  const me = replicaOf(state, id);
  const isNewEpoch = state.epoch !== me.epoch;
  const leads = state.leader === id;
  const keepsKnown = !isNewEpoch || mutation === "join-without-current-fetch";
  const cut = mutation === "truncate-to-high-watermark" && isNewEpoch && !leads ? me.log.slice(0, me.highWatermark) : me.log;
  const next: Replica = {
    ...me,
    log: cut,
    synced: Math.min(me.synced, cut.length),
    epoch: state.epoch,
    leader: state.leader,
    partitionEpoch: state.partitionEpoch,
    inSync: state.inSync,
    epochStart: isNewEpoch && leads ? me.log.length : me.epochStart,
    known: keepsKnown ? me.known : [UNKNOWN, UNKNOWN, UNKNOWN],
    wish: undefined,
  };
  return advance(put(state, id, next), id, mutation);
}

/** The process dies: what was not synced is gone, and everything that it only knew. */
function crash(state: State, id: number): State {
  const me = replicaOf(state, id);
  const dead: Replica = {
    ...me,
    isUp: false,
    log: me.log.slice(0, me.synced),
    highWatermark: 0,
    leader: NOBODY,
    known: [UNKNOWN, UNKNOWN, UNKNOWN],
    wish: undefined,
  };
  return { ...put(state, id, dead), crashesLeft: state.crashesLeft - 1 };
}

/** The same with its disk. R10: registered with another folder id it is out of the in-sync set, even as its last member. */
function wipe(state: State, id: number, mutation: Mutation | undefined): State {
  const dead = crash(state, id);
  const empty = put(dead, id, { ...replicaOf(dead, id), log: [], synced: 0 });
  const wiped = { ...empty, wipesLeft: state.wipesLeft - 1 };
  if (mutation === "empty-disk-trusted" || !state.inSync.includes(id)) return wiped;
  const inSync = state.inSync.filter((member) => member !== id);
  return elect({ ...wiped, inSync, leader: wiped.leader === id ? NOBODY : wiped.leader, partitionEpoch: wiped.partitionEpoch + 1 });
}

/** R9: a new process gets a new broker epoch and starts fenced; that takes leadership and membership. */
function restart(state: State, id: number, limits: Limits): State {
  const registered = fenced(state, id) || state.epoch >= limits.epochs - 1 ? state : fence(state, id);
  const brokerEpoch = (state.brokerEpochs[id] ?? 0) + 1;
  const brokerEpochs = state.brokerEpochs.map((epoch, index) => (index === id ? brokerEpoch : epoch));
  const isFenced = registered.isFenced.map((value, index) => (index === id ? true : value));
  const me = replicaOf(registered, id);
  // It knows nothing of the cluster until it is told.
  return {
    ...put(registered, id, { ...me, isUp: true, brokerEpoch, epoch: -1, leader: NOBODY, partitionEpoch: -1 }),
    brokerEpochs,
    isFenced,
  };
}

function fence(state: State, id: number): State {
  const isFenced = state.isFenced.map((value, index) => (index === id ? true : value));
  if (!state.inSync.includes(id)) return { ...state, isFenced };
  const rest = state.inSync.filter((member) => member !== id);
  const inSync = rest.length === 0 ? state.inSync : rest; // the last member alone may lead again
  const leader = state.leader === id ? NOBODY : state.leader;
  return elect({ ...state, isFenced, inSync, leader, partitionEpoch: state.partitionEpoch + 1 });
}

function unfence(state: State, id: number, limits: Limits): State {
  const open = { ...state, isFenced: state.isFenced.map((value, index) => (index === id ? false : value)) };
  if (open.leader !== NOBODY || open.epoch >= limits.epochs - 1) return open;
  return elect({ ...open, partitionEpoch: open.partitionEpoch + 1 });
}

/** R13: a live member of the in-sync set, or nobody. */
function elect(state: State): State {
  if (state.leader !== NOBODY) return state;
  const leader = state.inSync.find((member) => !fenced(state, member));
  return leader === undefined ? state : { ...state, leader, epoch: state.epoch + 1 };
}

/** Leader completeness and log matching. */
export function assertProperties(state: State): void {
  for (const id of REPLICAS) {
    const me = replicaOf(state, id);
    const isElected = state.leader === id && !fenced(state, id) && me.isUp;
    if (isElected)
      state.committed.forEach((value, offset) => {
        if (me.log[offset]?.value !== value) throw new Error(`the elected leader ${id} lacks the committed offset ${offset}`);
      });
    for (const other of REPLICAS) {
      const they = replicaOf(state, other);
      for (let offset = 0; offset < Math.min(me.highWatermark, they.highWatermark); offset++) {
        if (me.log[offset]?.value !== they.log[offset]?.value) throw new Error(`logs of ${id} and ${other} differ at ${offset}`);
      }
    }
  }
}

function replicaOf(state: State, id: number): Replica {
  const replica = state.replicas[id];
  if (replica === undefined) throw new Error(`no replica ${id}`);
  return replica;
}

function knownOf(replica: Replica, id: number): Known {
  return replica.known[id] ?? UNKNOWN;
}

function fenced(state: State, id: number): boolean {
  return state.isFenced[id] ?? true;
}

function put(state: State, id: number, replica: Replica): State {
  return { ...state, replicas: state.replicas.map((one, index) => (index === id ? replica : one)) };
}
