import {
  brokerKilled,
  brokersKilled,
  coordinatorKilled,
  executorKilled,
  executorPaused,
  type Fault,
  redisKilled,
  workerKilled,
  workerPaused,
} from "../flights/faults.ts";
import { runFlights } from "../flights/run-flights.ts";
import type { Scenario } from "../scenario.ts";

const RECORDS_DEFAULT = 200_000;
const FAULTS_DEFAULT = 8;
const FIRST_SHARE = 0.05;
const LAST_SHARE = 0.85;

const FAULTS: readonly Fault[] = [
  executorKilled,
  coordinatorKilled,
  brokerKilled,
  workerKilled,
  executorPaused,
  workerPaused,
  redisKilled,
  brokersKilled,
];

/** Every kind of fault in an order of the seed's; `--kills` says how many. */
export const chaos: Scenario = {
  name: "chaos",
  what: "the main job on 7 processes; executors, workers, coordinators, brokers and Redis are killed or paused in random order",
  run: (context) => {
    const { flags, random } = context;
    const count = flags.kills ?? FAULTS_DEFAULT;
    const order: Fault[] = [];
    while (order.length < count) order.push(...shuffled(FAULTS, () => random.next()));
    const faults = order.slice(0, count).map((fault, index) => ({
      ...fault,
      name: `${index + 1}.${fault.name}`,
      atShare: FIRST_SHARE + ((LAST_SHARE - FIRST_SHARE) * index) / count,
      latenessShareMax: 0.05,
    }));
    return runFlights(
      { goalsHold: false, recordCount: flags.records ?? RECORDS_DEFAULT, size: { coordinators: 2, brokers: 2, executors: 2 }, faults },
      context,
    );
  },
};

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const rest = [...items];
  const result: T[] = [];
  while (rest.length > 0) result.push(...rest.splice(Math.floor(next() * rest.length), 1));
  return result;
}
