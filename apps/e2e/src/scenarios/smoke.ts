import { executorKilled } from "../flights/faults.ts";
import { runFlights } from "../flights/run-flights.ts";
import type { Scenario } from "../scenario.ts";

const RECORDS_DEFAULT = 100_000;
/** Few, so that it stays below a minute on a busy machine. */
const BATCHES = 100;

/** The short version for each change: the same seven processes, and one executor is killed. */
export const smoke: Scenario = {
  name: "smoke",
  what: "the main job on 7 processes with 100,000 flights; an executor is killed",
  run: (context) => {
    const recordCount = context.flags.records ?? RECORDS_DEFAULT;
    return runFlights(
      { goalsHold: false, recordCount, batches: BATCHES, size: { coordinators: 2, brokers: 2, executors: 2 }, faults: [executorKilled] },
      context,
    );
  },
};
