import { brokerKilled, coordinatorKilled, executorKilled } from "../flights/faults.ts";
import { runFlights } from "../flights/run-flights.ts";
import type { Scenario } from "../scenario.ts";

const RECORDS_DEFAULT = 300_000;

/** Acceptance 3: the main job on one Redis, two coordinators, two brokers and two executors, and one of each is killed. */
export const seven: Scenario = {
  name: "seven",
  what: "the main job on 7 processes; an executor, the active coordinator and a broker are killed",
  run: (context) => {
    const recordCount = context.flags.records ?? RECORDS_DEFAULT;
    const size = { coordinators: 2, brokers: 2, executors: 2 };
    return runFlights({ goalsHold: true, recordCount, size, faults: [executorKilled, coordinatorKilled, brokerKilled] }, context);
  },
};
