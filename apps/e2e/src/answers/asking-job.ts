import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SINKS } from "../sinks/sinks-job.ts";

const LATE_MS = 300;

/** Where answers go: straight on, and behind a shuffle by key, so that other tasks commit them, at another moment. */
export const ANSWERED = ["answers-near", "answers-far"] as const;

/** Writes a job's module that asks for an answer to each number, which is another one each time, late for some, and none at first for others; returns its path. */
export function writeAskingJob(folder: string): string {
  const path = join(folder, "asking.ts");
  const [near, far] = ANSWERED;
  writeFileSync(
    path,
    `import { job, json, kafka, milliseconds, pair, seconds } from "@millrace/streams";

interface Answer { readonly id: number; readonly answer: number }

export default job(
  "asking",
  (ctx) => {
    const answers = ctx
      .source(kafka(${JSON.stringify(SINKS.input)}, { value: json<number>() }))
      .mapAsync(
        async (id, { attempt }): Promise<Answer> => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
          if (attempt === 1 && id % 50 === 0) throw new Error("busy");
          return { id, answer: Math.random() };
        },
        { capacity: 20, timeout: seconds(5), retries: 3, retryAfter: milliseconds(10), order: "answer" },
      )
      .named("asked");
    answers.to(kafka(${JSON.stringify(near)}, { value: json<Answer>() })).named("near");
    answers
      .map((answer) => pair(answer.id % 31, answer))
      .groupByKey()
      .flatMap(([key, group]) => {
        // The worker that has this key commits later than the others: kills come between.
        for (const endMs = Date.now() + (key === 7 ? ${LATE_MS} : 0); Date.now() < endMs; );
        return group;
      })
      .to(kafka(${JSON.stringify(far)}, { value: json<Answer>() }))
      .named("far");
  },
  { batchInterval: milliseconds(200), checkpointInterval: milliseconds(2_000), slots: 6, restartsMax: 3_600 },
);
`,
  );
  return path;
}
