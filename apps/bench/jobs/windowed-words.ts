// Words per 10 seconds of event time, which is the record's own timestamp.
import { count, job, json, kafka, pair, seconds, string } from "@millrace/streams";

export default job("bench-windowed-words", (ctx) => {
  ctx
    .source(kafka("bench-lines", { elements: "record", value: string(), until: "latest" }))
    .withEventTime((line) => line.timestamp, { watermark: seconds(1) })
    .flatMap((line) => line.value.split(" "))
    .map((word) => pair(word, 1))
    .windowByTime({ tumbling: seconds(10) })
    .aggregateByKey(count())
    .to(kafka("bench-counts", { key: string(), value: json() }), {
      key: ({ key }) => key,
      value: ({ key, window, value }) => ({ word: key, start: window.start, count: value }),
    });
});
