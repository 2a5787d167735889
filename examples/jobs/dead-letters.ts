// Turns readings into Fahrenheit. A record that is not what the schema says goes to a topic of its own, as it is, with the reason in its headers.
//
//   for topic in readings readings-in-fahrenheit bad-readings; do millrace topic create $topic; done
//   millrace job submit examples/jobs/dead-letters.ts
//   printf '%s\n' '{"sensor":"a","celsius":20}' 'not JSON' | millrace produce readings
//   millrace consume bad-readings --from-beginning --json
import { job, json, kafka, t } from "@millrace/streams";

const Reading = json({ sensor: t.string, celsius: t.double });

export default job("dead-letters", (ctx) => {
  ctx
    .source(kafka("readings", { value: Reading, onBadRecord: { deadLetter: "bad-readings" } }))
    .map(({ sensor, celsius }) => ({ sensor, fahrenheit: (celsius * 9) / 5 + 32 }))
    .to(kafka("readings-in-fahrenheit", { value: json<{ sensor: string; fahrenheit: number }>() }))
    .named("fahrenheit");
});
