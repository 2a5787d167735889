import { assert } from "@millrace/stdx";
import { type AssignedMember, type Assignor, inOrder } from "./assignor.ts";
import type { Assignment } from "./records.ts";

type Slot = readonly [topic: string, partition: number];

/**
 * As even as can be, and each keeps what it had as far as that allows. Linear where all subscribe to the same topics; where they do not, each partition looks for
 * its least loaded subscriber, and partitions move from a member to one that has at least two fewer until nothing moves.
 */
export const assignUniform: Assignor = (members, topics) => {
  const ordered = inOrder(members);
  const kept = keepPrevious(ordered, topics);
  const first = ordered[0];
  const isUniform =
    first !== undefined &&
    ordered.every((member) => member.topics.size === first.topics.size && [...member.topics].every((topic) => first.topics.has(topic)));
  if (isUniform) fillEvenly(ordered, kept, slotsOf(first, topics));
  else fillByLoad(ordered, kept, topics);
  return new Map([...kept].map(([memberId, slots]) => [memberId, assignmentOf(slots)]));
};

/** What still exists, is still wanted and is nobody else's. */
function keepPrevious(members: readonly AssignedMember[], topics: ReadonlyMap<string, number>): Map<string, Slot[]> {
  const taken = new Set<string>();
  return new Map(
    members.map(({ memberId, previous, topics: wanted }) => {
      const slots: Slot[] = [];
      for (const [topic, partitions] of previous) {
        if (!wanted.has(topic)) continue;
        for (const partition of partitions) {
          const slot: Slot = [topic, partition];
          if (partition >= (topics.get(topic) ?? 0) || taken.has(keyOf(slot))) continue;
          taken.add(keyOf(slot));
          slots.push(slot);
        }
      }
      return [memberId, slots];
    }),
  );
}

/** Everybody gets floor(n/members), the remainder goes one each, first to those that have more already. */
function fillEvenly(members: readonly AssignedMember[], kept: ReadonlyMap<string, Slot[]>, all: readonly Slot[]): void {
  const floor = Math.floor(all.length / members.length);
  let extra = all.length % members.length;
  const byLoad = members.map(({ memberId }) => slotsIn(kept, memberId)).sort((a, b) => b.length - a.length);
  const room: Slot[][] = [];
  for (const slots of byLoad) {
    const quota = floor + (extra-- > 0 ? 1 : 0);
    slots.splice(quota);
    for (let missing = quota - slots.length; missing > 0; missing--) room.push(slots);
  }
  const taken = new Set([...kept.values()].flat().map((slot) => keyOf(slot)));
  const free = all.filter((slot) => !taken.has(keyOf(slot)));
  for (const [index, slot] of free.entries()) room[index]?.push(slot);
}

function fillByLoad(members: readonly AssignedMember[], kept: ReadonlyMap<string, Slot[]>, topics: ReadonlyMap<string, number>): void {
  const subscribers = new Map(
    [...topics.keys()].map((topic) => [
      topic,
      members.filter((member) => member.topics.has(topic)).map(({ memberId }) => slotsIn(kept, memberId)),
    ]),
  );
  const taken = new Set([...kept.values()].flat().map((slot) => keyOf(slot)));
  for (const [topic, candidates] of subscribers) {
    for (const slot of slotsOfTopic(topic, topics)) if (!taken.has(keyOf(slot))) leastLoaded(candidates)?.push(slot);
  }
  let hasMoved = true;
  while (hasMoved) hasMoved = members.map(({ memberId }) => unload(slotsIn(kept, memberId), subscribers)).includes(true);
}

/** Gives away what others are short of. Each move lowers the sum of squared loads, so the moves end. */
function unload(slots: Slot[], subscribers: ReadonlyMap<string, Slot[][]>): boolean {
  let hasMoved = false;
  for (const slot of [...slots]) {
    const target = leastLoaded(subscribers.get(slot[0]) ?? []);
    if (target === undefined || target.length + 1 >= slots.length) continue;
    slots.splice(slots.indexOf(slot), 1);
    target.push(slot);
    hasMoved = true;
  }
  return hasMoved;
}

function leastLoaded(candidates: readonly Slot[][]): Slot[] | undefined {
  return candidates.reduce<Slot[] | undefined>(
    (least, next) => (least === undefined || next.length < least.length ? next : least),
    undefined,
  );
}

function slotsOf(member: AssignedMember, topics: ReadonlyMap<string, number>): Slot[] {
  return [...member.topics].sort().flatMap((topic) => slotsOfTopic(topic, topics));
}

function slotsOfTopic(topic: string, topics: ReadonlyMap<string, number>): Slot[] {
  return Array.from({ length: topics.get(topic) ?? 0 }, (_, partition): Slot => [topic, partition]);
}

function slotsIn(kept: ReadonlyMap<string, Slot[]>, memberId: string): Slot[] {
  const slots = kept.get(memberId);
  assert(slots !== undefined, "every member has slots");
  return slots;
}

function keyOf([topic, partition]: Slot): string {
  return `${topic}-${partition}`;
}

function assignmentOf(slots: readonly Slot[]): Assignment {
  const byTopic = Map.groupBy(
    slots.toSorted(([a, p], [b, q]) => (a === b ? p - q : a < b ? -1 : 1)),
    ([topic]) => topic,
  );
  return new Map([...byTopic].map(([topic, each]) => [topic, each.map(([, partition]) => partition)]));
}
