import { describe, expect, it } from "@jest/globals";
import { brokerEpoch, type BrokerId, brokerId, leaderEpoch, type Offset, partitionEpoch } from "@millrace/model";
import { handle, inSyncEnds, type LeaderEvent, type LeaderState, startLeading } from "./leader.ts";
import { REPLICA_LAG_MS_MAX, WISH_AGAIN_MS } from "./limits.ts";

const [one, two, three] = [brokerId(1), brokerId(2), brokerId(3)];
const at = (offset: number): Offset => offset as Offset;
const self = { brokerId: one, brokerEpoch: brokerEpoch(11) };

function assignment(inSyncSet: readonly BrokerId[], epoch = 5) {
  return { replicas: [one, two, three], leader: one, leaderEpoch: leaderEpoch(3), partitionEpoch: partitionEpoch(epoch), inSyncSet };
}

/** A leader with records up to 100, whose epoch began at 90; a script of events. */
class Leader {
  state: LeaderState;
  nowMs = 1_000;
  logEndOffset = at(100);
  highWatermark = at(90);
  fenced: readonly BrokerId[] = [];

  constructor(inSyncSet: readonly BrokerId[]) {
    this.state = startLeading(self, assignment(inSyncSet), { epochStartOffset: at(90), nowMs: this.nowMs });
  }

  /** Members of the set that it asks for. */
  on(event: LeaderEvent): readonly BrokerId[] | undefined {
    const { nowMs, logEndOffset, highWatermark } = this;
    const decision = handle(this.state, event, { nowMs, logEndOffset, highWatermark, isEligible: (id) => !this.fenced.includes(id) });
    this.state = decision.state;
    return decision.effects[0]?.wish.members.map((member) => member.brokerId);
  }

  fetched(follower: BrokerId, endOffset: number): readonly BrokerId[] | undefined {
    return this.on({ kind: "fetched", follower, brokerEpoch: brokerEpoch(20 + follower), endOffset: at(endOffset) });
  }

  /** What the high watermark would be. */
  ends(minInSync = 2): number | undefined {
    const isEligible = (id: BrokerId): boolean => !this.fenced.includes(id);
    const ends = inSyncEnds(this.state, { ownEndOffset: this.logEndOffset, minInSync, nowMs: this.nowMs, isEligible });
    return ends === undefined ? undefined : Math.min(...ends);
  }
}

describe("the high watermark", () => {
  it("waits for every member on disk, also for one that has not fetched in this epoch", () => {
    const leader = new Leader([one, two, three]);
    leader.fetched(two, 100);
    expect(leader.ends()).toBe(-1);
    leader.fetched(three, 95);
    expect(leader.ends()).toBe(95);
  });

  it("stands still below min.insync.replicas, which is at most the number of replicas", () => {
    const leader = new Leader([one]);
    expect(leader.ends(2)).toBeUndefined();
    expect(leader.ends(1)).toBe(100);
    const all = new Leader([one, two, three]);
    all.fetched(two, 100);
    all.fetched(three, 100);
    expect(all.ends(9)).toBe(100);
  });

  it("waits for a member whose joining was asked for and is not confirmed (R3)", () => {
    const leader = new Leader([one, two]);
    leader.fetched(two, 100);
    expect(leader.fetched(three, 95)).toEqual([one, two, three]);
    expect(leader.ends()).toBe(95);
  });

  it("waits for a member whose removal is not confirmed (R3, R8)", () => {
    const leader = new Leader([one, two, three]);
    leader.fetched(two, 100);
    leader.fetched(three, 92);
    leader.nowMs += REPLICA_LAG_MS_MAX + 1;
    expect(leader.on({ kind: "tick" })).toEqual([one, two]);
    expect(leader.ends()).toBe(92);
    leader.on({ kind: "assigned", assignment: assignment([one, two], 6) });
    expect(leader.ends()).toBe(100);
  });

  it("waits for one that was level a moment ago and may join (R6), not for one that is fenced", () => {
    const leader = new Leader([one, two]);
    leader.fetched(two, 100);
    leader.logEndOffset = at(93);
    leader.highWatermark = at(95); // so that it may not be asked for yet
    leader.fetched(three, 93);
    leader.logEndOffset = at(100);
    expect(leader.ends()).toBe(93);
    leader.fenced = [three];
    expect(leader.ends()).toBe(100);
  });
});

describe("the in-sync set", () => {
  it.each([
    ["below the start of the leader's epoch", 89, 80],
    ["below the high watermark", 94, 95],
  ])("takes no follower %s", (_, endOffset, highWatermark) => {
    const leader = new Leader([one, two]);
    leader.highWatermark = at(highWatermark);
    expect(leader.fetched(three, endOffset)).toBeUndefined();
  });

  it("takes no follower that is fenced, and looks again later", () => {
    const leader = new Leader([one, two]);
    leader.fetched(two, 100);
    leader.fenced = [three];
    expect(leader.fetched(three, 100)).toBeUndefined();
    leader.fenced = [];
    expect(leader.on({ kind: "tick" })).toEqual([one, two, three]);
  });

  it("has one wish at a time, kept until it is answered by a newer partition epoch", () => {
    const leader = new Leader([one]);
    expect(leader.fetched(two, 100)).toEqual([one, two]);
    expect(leader.fetched(three, 100)).toBeUndefined();
    leader.on({ kind: "assigned", assignment: assignment([one], 5) });
    expect(leader.state.wish).toBeDefined();
    leader.on({ kind: "assigned", assignment: assignment([one, two], 6) });
    expect(leader.on({ kind: "tick" })).toEqual([one, two, three]);
  });

  it("waits after a refusal", () => {
    const leader = new Leader([one]);
    leader.fetched(two, 100);
    leader.on({ kind: "wish-refused", partitionEpoch: partitionEpoch(5) });
    expect(leader.fetched(two, 100)).toBeUndefined();
    leader.nowMs += WISH_AGAIN_MS;
    expect(leader.fetched(two, 100)).toEqual([one, two]);
  });

  it("keeps a member that is level however long it says nothing, and one that is heard of late", () => {
    const leader = new Leader([one, two, three]);
    leader.fetched(two, 100);
    leader.nowMs += REPLICA_LAG_MS_MAX;
    expect(leader.on({ kind: "tick" })).toBeUndefined();
    leader.nowMs++;
    expect(leader.on({ kind: "tick" })).toEqual([one, two]);
  });
});
