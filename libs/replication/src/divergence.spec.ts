import { expect, it } from "@jest/globals";
import { leaderEpoch, type Offset } from "@millrace/model";
import { divergingEpoch, truncationOffset } from "./divergence.ts";

const end = (epoch: number, offset: number) => ({ leaderEpoch: leaderEpoch(epoch), endOffset: offset as Offset });
const fetch = (offset: number, epoch: number) => ({ offset: offset as Offset, lastFetchedEpoch: leaderEpoch(epoch) });

it.each([
  ["the logs agree", fetch(10, 3), end(3, 10), undefined],
  ["the leader has more of the epoch", fetch(10, 3), end(3, 15), undefined],
  ["the leader has less of the epoch", fetch(10, 3), end(3, 8), end(3, 8)],
  ["the leader has no such epoch", fetch(10, 3), end(2, 7), end(2, 7)],
  ["the follower is empty", fetch(4, -1), undefined, undefined],
  ["the follower has an epoch without records, and the leader's log began in a later one", fetch(4, 1), undefined, undefined],
  ["the follower has records where the leader's log began in a later epoch", fetch(10, 1), undefined, end(1, 4)],
])("divergingEpoch: %s", (_, asked, found, expected) => {
  expect(divergingEpoch(asked, { found, logStartOffset: 4 as Offset })).toEqual(expected);
});

it.each([
  ["the shorter of two ends of one epoch", end(3, 8), end(3, 10), 8],
  ["its own end, if it is the shorter one", end(3, 12), end(3, 10), 10],
  ["all of an older epoch, which may be common", end(3, 8), end(2, 9), 9],
  ["nothing in common", end(3, 8), undefined, undefined],
])("truncationOffset: %s", (_, leader, own, expected) => {
  expect(truncationOffset(leader, own)).toBe(expected);
});
