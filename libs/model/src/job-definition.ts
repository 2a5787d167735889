import type { JobGraph } from "./job-graph.ts";

/** A user function with its types erased: the graph says where it is called, the DStream API made sure that the types fit. */
export type JobFunction = (...args: readonly unknown[]) => unknown;

/** Functions of a job by operator id, then by name (the names stand at each kind of `OperatorNode`). Operators without functions are absent. */
export type JobFunctions = ReadonlyMap<string, Readonly<Record<string, JobFunction>>>;

/** What a job module builds: the graph as data, and the functions that do not fit into data. Building it twice gives an equal one. */
export interface JobDefinition {
  readonly graph: JobGraph;
  readonly functions: JobFunctions;
}
