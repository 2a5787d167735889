import type { Branded } from "@millrace/model";
import { invalidDuration } from "./errors.ts";

/** A length of time in whole milliseconds, at least 1. A bare number is refused by the compiler: say the unit. */
export type Duration = Branded<number, "Duration">;

function duration(value: number, unitMs: number): Duration {
  const ms = value * unitMs;
  if (!Number.isSafeInteger(ms) || ms < 1) throw invalidDuration(value, unitMs);
  return ms as Duration;
}

export const milliseconds = (value: number): Duration => duration(value, 1);
export const seconds = (value: number): Duration => duration(value, 1_000);
export const minutes = (value: number): Duration => duration(value, 60_000);
export const hours = (value: number): Duration => duration(value, 3_600_000);
/** Days of 24 hours; windows of days start at midnight UTC unless an offset says otherwise. */
export const days = (value: number): Duration => duration(value, 86_400_000);
