import type { SeededRandom } from "@millrace/testkit";
import type { Figures } from "../scenario.ts";
import { inCheckout } from "../system/sources.ts";
import type { Kubernetes } from "./kubernetes.ts";

export const CHART = inCheckout("helm/millrace");
export const VALUES_HA = inCheckout("helm/millrace/values-ha.yaml");
export const VALUES_TEST = inCheckout("k8s/test/values.yaml");
/** Flags that make the release of the test. */
export const TEST_VALUES: readonly string[] = ["--values", VALUES_HA, "--values", VALUES_TEST];

/** Brokers, coordinators, executors and Redis of that release. */
export const RELEASE_PODS = 3 + 2 + 2 + 1;

/** What the steps of a run share. */
export interface StepContext {
  readonly kubernetes: Kubernetes;
  readonly random: SeededRandom;
  readonly records: number;
  /** For files of this run; removed afterwards. */
  readonly folder: string;
  /** A program that cuts a node off (`cut NODE`) and heals it (`heal NODE`), as words; undefined: none was given. */
  readonly network: readonly string[] | undefined;
  readonly say: (text: string) => void;
}

/** One thing that a chart must be able to do. */
export interface Step {
  readonly name: string;
  readonly what: string;
  /** Helm alone; the cluster, with a namespace; or also the release that `install` makes. */
  readonly needs: "nothing" | "cluster" | "release";
  run(context: StepContext): Promise<Figures>;
}
