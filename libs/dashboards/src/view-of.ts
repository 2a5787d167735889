import { AppError } from "@millrace/model";
import type { View } from "./draw-now.ts";

const MINUTES_MAX = 7 * 24 * 60;

/** What a page's query asks for: `minutes`, and values of variables (`job=a&job=b`); an empty value is all. */
export function viewOf(query: URLSearchParams, otherwise: View): View {
  const picked = new Map<string, readonly string[]>(otherwise.picked);
  for (const name of new Set(query.keys()))
    if (name !== "minutes")
      picked.set(
        name,
        query.getAll(name).filter((value) => value !== ""),
      );
  for (const [name, values] of picked) if (values.length === 0) picked.delete(name);
  const minutes = query.get("minutes") ?? "";
  return { ...otherwise, picked, minutes: minutes === "" ? otherwise.minutes : minutesOf(minutes) };
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= MINUTES_MAX) return minutes;
  throw new AppError({
    kind: "invalid",
    code: "dashboard-minutes",
    message: `minutes takes a whole number from 1 to ${MINUTES_MAX} minutes=${text}`,
  });
}
