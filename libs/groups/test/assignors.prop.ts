import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { assignRange } from "../src/consumer/assign-range.ts";
import { assignUniform } from "../src/consumer/assign-uniform.ts";
import type { AssignedMember, Assignor } from "../src/consumer/assignor.ts";
import type { Assignment } from "../src/consumer/records.ts";

const TOPICS = ["t", "u", "v"];
const counts = fc
  .tuple(fc.nat(9), fc.nat(9), fc.nat(9))
  .map((numbers) => new Map(TOPICS.map((topic, index) => [topic, numbers[index] ?? 0])));
const subscriptions = fc.array(fc.subarray(TOPICS), { minLength: 1, maxLength: 6 });
const same = fc
  .tuple(fc.subarray(TOPICS, { minLength: 1 }), fc.integer({ min: 1, max: 6 }))
  .map(([topics, size]) => Array.from({ length: size }, () => topics));

function membersOf(wanted: readonly (readonly string[])[], previous: ReadonlyMap<string, Assignment> = new Map()): AssignedMember[] {
  return wanted.map((topics, index) => {
    const memberId = `m${index}`;
    return { memberId, sortKey: memberId, topics: new Set(topics), previous: previous.get(memberId) ?? new Map() };
  });
}

function slots(assignment: Assignment | undefined): string[] {
  return [...(assignment ?? [])].flatMap(([topic, partitions]) => partitions.map((partition) => `${topic}-${partition}`));
}

function assertExact(
  assign: Assignor,
  members: readonly AssignedMember[],
  topics: ReadonlyMap<string, number>,
): ReadonlyMap<string, Assignment> {
  const result = assign(members, topics);
  const given = members.flatMap((member) => {
    const own = slots(result.get(member.memberId));
    for (const slot of own) expect(member.topics.has(slot.slice(0, 1))).toBe(true);
    return own;
  });
  const wanted = [...topics].filter(([topic]) => members.some((member) => member.topics.has(topic)));
  expect(given.sort()).toEqual(
    wanted.flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => `${topic}-${partition}`)).sort(),
  );
  return result;
}

describe.each([
  ["assignUniform", assignUniform],
  ["assignRange", assignRange],
] as const)("%s", (_, assign) => {
  it("gives each partition to exactly one subscriber, and its own result again", () => {
    fc.assert(
      fc.property(counts, counts, subscriptions, subscriptions, (before, after, first, second) => {
        const old = assertExact(assign, membersOf(first), before);
        const fresh = assertExact(assign, membersOf(second, old), after);
        const again = assertExact(assign, membersOf(second, fresh), after);
        for (const [memberId, assignment] of fresh) expect(slots(again.get(memberId)).sort()).toEqual(slots(assignment).sort());
      }),
    );
  });
});

describe("assignUniform", () => {
  it("differs by one at most and moves no more than it must when all want the same", () => {
    fc.assert(
      fc.property(counts, same, fc.integer({ min: 1, max: 6 }), (topics, wanted, size) => {
        const old = assignUniform(membersOf(wanted), topics);
        const next = membersOf(
          Array.from({ length: size }, () => wanted[0] ?? []),
          old,
        );
        const fresh = assertExact(assignUniform, next, topics);
        const loads = next.map(({ memberId }) => slots(fresh.get(memberId)).length);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        const kept = next.reduce(
          (sum, { memberId }) => sum + slots(fresh.get(memberId)).filter((slot) => slots(old.get(memberId)).includes(slot)).length,
          0,
        );
        const possible = next.reduce(
          (sum, { memberId }) => sum + Math.min(slots(old.get(memberId)).length, slots(fresh.get(memberId)).length),
          0,
        );
        expect(kept).toBe(possible);
      }),
    );
  });

  it("leaves no partition that would be better off with another subscriber", () => {
    fc.assert(
      fc.property(counts, subscriptions, (topics, wanted) => {
        const members = membersOf(wanted);
        const fresh = assertExact(assignUniform, members, topics);
        const loadOf = ({ memberId }: AssignedMember): number => slots(fresh.get(memberId)).length;
        for (const owner of members) {
          for (const topic of fresh.get(owner.memberId)?.keys() ?? []) {
            for (const other of members) if (other.topics.has(topic)) expect(loadOf(other) + 1).toBeGreaterThanOrEqual(loadOf(owner));
          }
        }
      }),
    );
  });

  it("takes 100,000 partitions of 1,000 members in well under a second", () => {
    const members = membersOf(Array.from({ length: 1_000 }, () => ["t"]));
    const topics = new Map([["t", 100_000]]);
    const fresh = assignUniform(members, topics);
    expect(slots(fresh.get("m0")).length).toBe(100);
  });
});
