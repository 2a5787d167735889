// Pass through: all bids.
import { nexmarkJob } from "./nexmark-job.ts";

export default nexmarkJob("q0", ({ bids }, { rows }) => {
  bids.map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price, dateTime, extra })).to(rows);
});
