/** Characters of one expression. Longer ones are programs, which belong in a module; parsing stays below a millisecond. */
export const EXPRESSION_LENGTH_MAX = 10_000;

/** Nodes of one parsed expression: what 10,000 characters of sensible text come to, and few enough that one evaluation is short. */
export const EXPRESSION_NODES_MAX = 5_000;
