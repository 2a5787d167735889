// Words per 10 seconds of event time, which is the record's own timestamp: what the programs of the other engines do.
import { count, job, kafka, pair, seconds, string } from "@millrace/streams";

export default job(
  "engine-words",
  (ctx) => {
    ctx
      .source(kafka("engine-lines", { elements: "record", value: string(), until: "latest" }))
      .withEventTime((line) => line.timestamp, { watermark: 0 })
      .flatMap((line) => line.value.split(" "))
      .map((word) => pair(word, 1))
      .windowByTime({ tumbling: seconds(10) })
      .aggregateByKey(count())
      .to(kafka("engine-counts", { key: string(), value: string() }), {
        key: ({ key, window }) => `${key}@${window.start}`,
        value: ({ value }) => String(value),
      });
  },
  { checkpointInterval: seconds(1) },
);
