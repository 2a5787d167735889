/**
 * Deepest nesting of a value in state or a shuffle block. Real values have a handful of levels; a cycle has no end, and msgpackr would find that out by
 * exhausting the stack.
 */
export const VALUE_DEPTH_MAX = 64;
