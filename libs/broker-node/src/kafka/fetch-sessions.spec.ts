import { describe, expect, it } from "@jest/globals";
import { type FetchRequest, ZERO_UUID } from "@millrace/kafka-wire";
import { FetchSessions } from "./fetch-sessions.ts";

const ID = "1".repeat(32);
let seed = 1;
const random = { next: () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647, hex: () => "" };

function request(
  sessionId: number,
  sessionEpoch: number,
  options: { partitions?: number[]; forgotten?: number[]; topicId?: string } = {},
): FetchRequest {
  const { partitions = [], forgotten = [], topicId = ZERO_UUID } = options;
  const named = { topic: topicId === ZERO_UUID ? "t" : "", topicId };
  const asked = partitions.map((partition) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: partition * 10,
    lastFetchedEpoch: -1,
    logStartOffset: -1,
    partitionMaxBytes: 1,
    replicaDirectoryId: ZERO_UUID,
  }));
  return {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1,
    isolationLevel: 0,
    sessionId,
    sessionEpoch,
    topics: asked.length === 0 ? [] : [{ ...named, partitions: asked }],
    forgottenTopicsData: forgotten.length === 0 ? [] : [{ ...named, partitions: forgotten }],
    rackId: "",
  };
}

function sessionOf(sessions: FetchSessions, asked: FetchRequest, usesTopicIds = false) {
  const scope = sessions.resolve(asked, usesTopicIds);
  if (scope.kind === "refused" || scope.session === undefined) throw new Error(`no session: ${JSON.stringify(scope)}`);
  return scope.session;
}

const numbers = (session: { partitions: readonly { asked: { partition: number } }[] }) =>
  session.partitions.map(({ asked }) => asked.partition);

describe("FetchSessions", () => {
  it("makes a session of a full request, and takes changes in later ones", () => {
    const sessions = new FetchSessions(random);
    const session = sessionOf(sessions, request(0, 0, { partitions: [0, 1, 2] }));
    expect(session.id).toBeGreaterThan(0);
    expect(numbers(sessionOf(sessions, request(session.id, 1, { partitions: [3], forgotten: [1] })))).toEqual([0, 2, 3]);
    expect(numbers(sessionOf(sessions, request(session.id, 2)))).toEqual([0, 2, 3]);
    expect(sessions.partitionCount).toBe(3);
  });

  it.each([
    ["an id that is not known", 1, 1, false, 70],
    ["an epoch of the past", 0, 1, false, 71],
    ["an epoch of the future", 0, 3, false, 71],
    ["topics by id in a session by name", 0, 2, true, 106],
  ])("refuses %s", (_, idOff, epoch, usesTopicIds, errorCode) => {
    const sessions = new FetchSessions(random);
    const { id } = sessionOf(sessions, request(0, 0, { partitions: [0] }));
    sessions.resolve(request(id, 1), false);
    expect(sessions.resolve(request(id + idOff, epoch), usesTopicIds)).toEqual({ kind: "refused", errorCode });
  });

  it("closes a session with epoch -1, and replaces it with epoch 0", () => {
    const sessions = new FetchSessions(random);
    const first = sessionOf(sessions, request(0, 0, { partitions: [0] }));
    const second = sessionOf(sessions, request(first.id, 0, { partitions: [0, 1] }));
    expect([second.id === first.id, sessions.size, sessions.partitionCount]).toEqual([false, 1, 2]);
    expect(sessions.resolve(request(second.id, -1, { partitions: [0] }), false)).toEqual({ kind: "full", session: undefined });
    expect([sessions.size, sessions.partitionCount]).toEqual([0, 0]);
  });

  it("goes on with epoch 1 after the greatest", () => {
    const sessions = new FetchSessions(random);
    const session = sessionOf(sessions, request(0, 0, { partitions: [0] }));
    session.epoch = 2_147_483_647;
    sessionOf(sessions, request(session.id, 2_147_483_647));
    expect(session.epoch).toBe(1);
  });

  it("makes room by what was used longest ago, by number and by partitions", () => {
    const sessions = new FetchSessions(random, { sessionsMax: 2, partitionsMax: 10 });
    const [a, b] = [sessionOf(sessions, request(0, 0, { partitions: [0] })), sessionOf(sessions, request(0, 0, { partitions: [0] }))];
    sessionOf(sessions, request(a.id, 1)); // used again: b is older now
    const c = sessionOf(sessions, request(0, 0, { partitions: [0, 1] }));
    expect(sessions.resolve(request(b.id, 1), false)).toMatchObject({ errorCode: 70 });
    expect(sessionOf(sessions, request(a.id, 2)).id).toBe(a.id);
    sessionOf(sessions, request(a.id, 3, { partitions: [1, 2, 3, 4, 5, 6, 7, 8, 9] })); // 10 of its own: c must go
    expect(sessions.resolve(request(c.id, 1), false)).toMatchObject({ errorCode: 70 });
    expect([sessions.size, sessions.partitionCount]).toEqual([1, 10]);
    expect(sessions.resolve(request(0, 0, { partitions: Array.from({ length: 11 }, (_, index) => index) }), false)).toEqual({
      kind: "full",
      session: undefined,
    });
  });

  it("keeps entries by the id with which they came", () => {
    const sessions = new FetchSessions(random);
    const { id } = sessionOf(sessions, request(0, 0, { partitions: [0], topicId: ID }), true);
    const session = sessionOf(sessions, request(id, 1, { partitions: [0], topicId: "2".repeat(32) }), true);
    expect(session.partitions.map(({ topicId }) => topicId)).toEqual([ID, "2".repeat(32)]);
    expect(sessionOf(sessions, request(id, 2, { forgotten: [0], topicId: ID }), true).partitions).toHaveLength(1);
  });
});
