/** Topics that a sender fills: records of one size, and flights for a job. */
export const NUMBERS = "bench";
export const FLIGHTS = "bench-flights";

/** That the file holds. */
export const FLIGHTS_MAX = 3_000_000;

export type SenderRequest =
  | { readonly kind: "numbers"; readonly count: number }
  | { readonly kind: "prepare-flights"; readonly count: number }
  /** In so many parts, one after the other each `partMs`; one: all at once. */
  | { readonly kind: "send-flights"; readonly parts: number; readonly partMs: number };
export type SenderAnswer = { readonly kind: "ready" | "done" } | { readonly kind: "failed"; readonly message: string };
