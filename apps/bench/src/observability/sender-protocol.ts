/** Topics that a sender fills: records of one size, and flights for a job. */
export const NUMBERS = "bench";
export const FLIGHTS = "bench-flights";

/** That the file holds. */
export const FLIGHTS_MAX = 3_000_000;

export type SenderRequest = { readonly kind: "numbers" | "prepare-flights"; readonly count: number } | { readonly kind: "send-flights" };
export type SenderAnswer = { readonly kind: "ready" | "done" } | { readonly kind: "failed"; readonly message: string };
