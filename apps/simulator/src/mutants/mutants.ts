import { COORDINATION_MUTANTS } from "./coordination-mutants.ts";
import { JOB_MUTANTS } from "./job-mutants.ts";
import { LOG_MUTANTS } from "./log-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { PRODUCER_MUTANTS } from "./producer-mutants.ts";
import { REPLICATION_MUTANTS } from "./replication-mutants.ts";

/** Bugs of the reliability reference's list. */
export const MUTANTS: readonly Mutant[] = [
  ...LOG_MUTANTS,
  ...REPLICATION_MUTANTS,
  ...PRODUCER_MUTANTS,
  ...COORDINATION_MUTANTS,
  ...JOB_MUTANTS,
];
