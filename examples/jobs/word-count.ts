// Counts words, in each batch and since the start.
//
//   millrace topic create lines && millrace topic create counts
//   millrace job submit examples/jobs/word-count.ts
//   echo "to be or not to be" | millrace produce lines
//   millrace consume counts --from-beginning --follow --key-separator " "
import { job, json, kafka, pair, string } from "@millrace/streams";

interface Total {
  readonly total: number;
  readonly changed: boolean;
}

export default job("word-count", (ctx) => {
  const counts = ctx
    .source(kafka("lines", { value: string() }))
    .flatMap((line) => line.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .map((word) => pair(word, 1))
    .reduceByKey((left, right) => left + right);

  counts.print();
  counts
    .updateStateByKey<Total>((added, before) => {
      const sum = added.reduce((left, right) => left + right, 0);
      return { total: (before?.total ?? 0) + sum, changed: sum > 0 };
    })
    .named("totals")
    .filter(([, { changed }]) => changed) // the operator yields every key it knows, in every batch
    .mapValues(({ total }) => total)
    .to(kafka("counts", { key: string(), value: json<number>() }))
    .named("counts");
});
