// Who sells in category 10 in three states: a join over all time.
import { pair } from "@millrace/streams";
import { nexmarkJob } from "./nexmark-job.ts";

const STATES: readonly string[] = ["OR", "ID", "CA"];

export default nexmarkJob("q3", ({ auctions, persons }, { rows }) => {
  const sellers = persons.filter(({ state }) => STATES.includes(state)).map(({ id, name, city, state }) => pair(id, { name, city, state }));
  auctions
    .filter(({ category }) => category === 10)
    .map(({ seller, id }) => pair(seller, id))
    .joinAll(sellers, { unbounded: true })
    .map(([, [id, { name, city, state }]]) => ({ name, city, state, id }))
    .to(rows);
});
