// Bids of each bidder and session, which ends after 10 seconds of silence.
import { count, pair, seconds } from "@millrace/streams";
import { nexmarkJob } from "./nexmark-job.ts";

export default nexmarkJob("q11", ({ bids }, { rows }) => {
  bids
    .map(({ bidder }) => pair(bidder, 1))
    .windowByTime({ session: seconds(10) })
    .aggregateByKey(count())
    .map(({ key, window, value }) => ({ bidder: key, bid_count: value, starttime: window.start }))
    .to(rows);
});
