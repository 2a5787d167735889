import type { SeededRandom } from "@millrace/testkit";

/** What a scenario may be told on the command line. */
export interface ScenarioFlags {
  /** Flights to produce; absent: the scenario's own number. */
  readonly records: number | undefined;
  /** How often to kill, or how many seeds to run; absent: the scenario's own number. */
  readonly kills: number | undefined;
  /** Partitions on one broker; absent: the scenario's own number. */
  readonly partitions: number | undefined;
  /** How often to kill the broker, too. */
  readonly brokerKills: number | undefined;
  /** Brokers of the cluster, each partition on all of them; absent: `millrace dev`. */
  readonly brokers: number | undefined;
  /** How long to go on. */
  readonly minutes: number | undefined;
  /** In which mode jobs run; absent: as they say. */
  readonly latency: "batch" | "continuous" | undefined;
  /** Draw what the dashboards show into the documents. */
  readonly pictures: boolean;
}

export interface ScenarioContext {
  readonly flags: ScenarioFlags;
  readonly seed: number;
  readonly random: SeededRandom;
  /** Of this run alone; removed when it passes. */
  readonly folder: string;
  /** Tells what is going on, for people. */
  readonly say: (text: string) => void;
}

/** Numbers worth keeping, by a name with its unit. */
export type Figures = Readonly<Record<string, number | string>>;

/** A story that real processes must live through. */
export interface Scenario {
  readonly name: string;
  /** One line, for `--list`. */
  readonly what: string;
  /** Resolves with figures if all held; throws with what did not. */
  run(context: ScenarioContext): Promise<Figures>;
}

/** Throws with what should have held. */
export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
