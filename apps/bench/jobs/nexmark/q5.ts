// Hot items: of each 10 seconds, every 2, the auctions with the most bids.
import { type Aggregator, count, pair, seconds } from "@millrace/streams";
import { nexmarkJob } from "./nexmark-job.ts";

interface Counted {
  readonly auction: number;
  readonly num: number;
}

const most: Aggregator<Counted, readonly Counted[]> = {
  init: () => [],
  add: (best, counted) => better(best, [counted]),
  merge: (left, right) => better(left, right),
};

function better(left: readonly Counted[], right: readonly Counted[]): readonly Counted[] {
  const [l, r] = [left[0]?.num ?? 0, right[0]?.num ?? 0];
  if (l === r) return [...left, ...right];
  return l > r ? left : right;
}

export default nexmarkJob("q5", ({ bids }, { rows }) => {
  bids
    .map(({ auction }) => pair(auction, 1))
    .windowByTime({ sliding: { size: seconds(10), slide: seconds(2) } })
    .aggregateByKey(count())
    .named("counts")
    .map(({ key, window, value }) => pair(window.start, { auction: key, num: value }))
    .windowByTime({ tumbling: seconds(2) }) // holds the results of one window: a window ends every 2 seconds
    .aggregateByKey(most)
    .named("most")
    .flatMap(({ key, value }) => value.map(({ auction, num }) => ({ auction, num, starttime: key })))
    .to(rows);
});
