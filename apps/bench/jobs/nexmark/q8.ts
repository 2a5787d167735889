// Who registers and sells within the same 10 seconds.
import { pair, seconds } from "@millrace/streams";
import { nexmarkJob } from "./nexmark-job.ts";

const WINDOW = seconds(10);

export default nexmarkJob("q8", ({ persons, auctions }, { rows }) => {
  persons
    .map(({ id, name, dateTime }) => pair(id, { name, dateTime }))
    .joinWithin(
      auctions.map(({ seller }) => pair(seller, 1)),
      { type: "left-semi", window: { tumbling: WINDOW } },
    )
    .map(([id, { name, dateTime }]) => ({ id, name, starttime: dateTime - (dateTime % WINDOW) }))
    .to(rows);
});
