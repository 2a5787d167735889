/** Findings kept of one kind: a broken broker breaks the same promise thousands of times, and the first few tell. The rest is counted. */
export const FINDINGS_PER_KIND_MAX = 50;

/** Operations of a component from which the shortest cycle is looked for: each is a search over the component. */
export const CYCLE_STARTS_MAX = 64;

/** Offsets on both sides of the one in question that a report shows. */
export const REPORT_NEIGHBOURS = 3;
