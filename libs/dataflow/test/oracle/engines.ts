/** How the engine runs a table. */
export interface Engine {
  readonly workers: number;
  /** Elements come before the plan of their batch does. */
  readonly continuous: boolean;
}

/** Every table passes on each of them. */
export const ENGINES: readonly Engine[] = [1, 2, 7].flatMap((workers) => [false, true].map((continuous) => ({ workers, continuous })));

export function describeEngine({ workers, continuous }: Engine): string {
  return `workers=${workers} latency=${continuous ? "continuous" : "batch"}`;
}
