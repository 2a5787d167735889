import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ClassicGroup } from "../src/classic/group.ts";
import { Transcript } from "./transcript.ts";

const NAMES = ["a", "b", "c", "d"];
const name = fc.constantFrom(...NAMES);

/** Dynamic members a and b, static members c and d: everything that clients, time and the log may do, in any order. */
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(name, fc.constantFrom("", "v4", "v9", "new"), fc.constantFrom("", "topics=t,u", "protocols=range,sticky", "own=x"))
      .map(([who, version, change]) => `join ${who} ${version} ${change} ${instance(who)}`),
  },
  { weight: 6, arbitrary: name.map((who) => `sync ${who} ${instance(who)} ASSIGN`) },
  { weight: 3, arbitrary: name.map((who) => `beat ${who} ${instance(who)}`) },
  { weight: 2, arbitrary: name.map((who) => (instance(who) === "" ? `leave ${who}` : `leave ${instance(who)}`)) },
  { weight: 2, arbitrary: fc.tuple(name, fc.nat(9)).map(([who, offset]) => `commit ${who} t-${offset % 3}=${offset} ${instance(who)}`) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(2), fc.nat(9)).map(([producer, offset]) => `txn - ${producer} t-${offset % 3}=${offset}`) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(2), fc.constantFrom("commit", "abort")).map(([producer, end]) => `end ${producer} ${end}`) },
  { weight: 4, arbitrary: fc.constantFrom(500, 3_000, 9_000, 60_000, 700_000_000).map((ms) => `clock ${ms}`) },
  { weight: 3, arbitrary: fc.constantFrom("hold", "release").map((log) => round(log)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom("hold", "hold", "release", "release", "fail", "failover", "delgroup", "deloffsets t-0 t-1", "gone t"),
  },
);

/** Everybody joins and asks for an assignment, with or without a log that answers: random order alone seldom gets a group this far. */
function round(log: string): string {
  const joins = [...NAMES, ...NAMES].map((who) => `join ${who} ${instance(who)}`);
  return [...joins, "clock 3000", log, ...NAMES.map((who) => `sync ${who} ${instance(who)} ASSIGN`)].join("\n");
}

function instance(who: string): string {
  return who === "c" || who === "d" ? `static=i${who}` : "";
}

function assertSound(transcript: Transcript, group: ClassicGroup): void {
  const members = [...group.members.values()];
  for (const [memberId, member] of group.members) expect(member.memberId).toBe(memberId);
  expect(group.instances.size).toBe(members.filter(({ instanceId }) => instanceId !== undefined).length);
  for (const [instanceId, memberId] of group.instances) expect(group.members.get(memberId)?.instanceId).toBe(instanceId);
  if (group.state === "Empty" || group.state === "Dead") expect(members).toEqual([]);
  if (group.state === "Stable" || group.state === "CompletingRebalance") {
    expect(group.members.has(group.leaderId ?? "")).toBe(true);
    expect(members.every(({ protocols }) => protocols.some((each) => each.name === group.protocolName))).toBe(true);
  }
  for (const member of members) {
    if (member.joining !== undefined) expect(group.state).toBe("PreparingRebalance");
    if (member.syncing !== undefined) expect(group.state).toBe("CompletingRebalance");
  }
  expect(transcript.timers.size).toBeLessThanOrEqual(members.length + group.pending.size + 2 + 1);
}

/** What was told as somebody's assignment stands in the last record of the log, of this generation. */
function assertDurable(transcript: Transcript, outcome: string): void {
  if (!outcome.includes(" synced ")) return;
  const group = transcript.state.classic.get("g");
  const stored = transcript.replay().groups.get("g");
  expect(stored?.generation).toBe(group?.generation);
  for (const member of stored?.members ?? []) expect(group?.members.get(member.memberId)?.assignment).toEqual(member.assignment);
}

describe("a classic group under any order of events", () => {
  it("answers each request once, keeps its members sound, and is what its log says", () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 60 }), fc.constantFrom(0, 3_000), (commands, initialRebalanceDelayMs) => {
        const transcript = new Transcript({ initialRebalanceDelayMs });
        let generation = 0;
        for (const text of commands.flatMap((each) => each.split("\n"))) {
          const members = [...(transcript.state.classic.get("g")?.members.keys() ?? [])];
          const outcome = transcript.run(
            text.replace("ASSIGN", `assign=${members.map((memberId) => `${memberId}:${memberId}`).join(",")}`),
          );
          const group = transcript.state.classic.get("g");
          const isAnew = group === undefined || outcome.includes("log -") || text === "failover" || text === "release"; // deleted, or without what was not in the log
          if (!isAnew) expect(group.generation).toBeGreaterThanOrEqual(generation);
          generation = group?.generation ?? 0;
          if (group !== undefined) assertSound(transcript, group);
          assertDurable(transcript, outcome);
        }
        transcript.run("release");
        expect(transcript.replay()).toEqual(transcript.state.store);
        transcript.advance(3_600_000); // whoever waits is answered in the end
        expect([...transcript.open.values()]).toEqual([]);
        transcript.run("close");
      }),
      { numRuns: 300 },
    );
  });
});
