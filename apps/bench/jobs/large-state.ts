// 100 bytes of state per key, in its own executor: the last line of a key, and how many it has had. Of a key that had several the count is written.
import { hours, job, json, kafka, milliseconds, pair, StateSpec, string } from "@millrace/streams";

const KEY_LENGTH = 10;

const kept = StateSpec.function<string, string, string, readonly [string, number]>((_time, key, line, state) => {
  const times = Number(state.getOption()?.slice(0, 1) ?? 0) + 1;
  state.update(`${times}${line ?? ""}`);
  return [key, times];
});

export default job(
  "bench-large-state",
  (ctx) => {
    ctx
      .source(kafka("bench-lines", { value: string() }))
      .map((line) => pair(line.slice(0, KEY_LENGTH), line))
      .mapWithState(kept)
      .named("kept")
      .filter(([, times]) => times > 1)
      .to(kafka("bench-counts", { value: json() }), { value: ([key, times]) => ({ key, times }) });
  },
  // Checkpoints are asked for by the load; nothing but state is to be measured.
  { batchInterval: milliseconds(500), checkpointInterval: hours(10), slots: 8, maxRecordsPerBatch: 100_000 },
);
