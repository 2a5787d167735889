// Counts words, in each batch and since the start.
//
//   millrace topic create lines && millrace topic create counts
//   millrace job submit examples/jobs/word-count.ts
//   echo "to be or not to be" | millrace produce lines
//   millrace consume counts --from-beginning --follow
import { job, json, kafka, pair, string } from "@millrace/streams";

export default job("word-count", (ctx) => {
  const counts = ctx
    .source(kafka("lines", { value: string() }))
    .flatMap((line) => line.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .map((word) => pair(word, 1))
    .reduceByKey((left, right) => left + right);

  counts.print();
  counts
    .updateStateByKey<number>((added, total = 0) => added.reduce((sum, n) => sum + n, total))
    .named("totals")
    .to(kafka("counts", { key: string(), value: json<number>() }))
    .named("counts");
});
