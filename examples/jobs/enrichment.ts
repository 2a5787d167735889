// Adds to each page read who read it, and where: from a table of readers, which changes while the job runs, and a list of countries, which does not.
//
//   for topic in readers reads reads-enriched reads-unknown; do millrace topic create $topic; done
//   millrace job submit examples/jobs/enrichment.ts
//   echo '{"reader":"r1","data":{"name":"Ada","country":"CH"}}' | millrace produce readers
//   echo '{"reader":"r1","page":"/a"}' | millrace produce reads
//   millrace consume reads-enriched --from-beginning --follow
//
// A read has the reader's data as they are known when it comes: nothing waits. Which were valid at an earlier time, `customer-table.ts` finds out.
import { job, json, kafka, pair, t } from "@millrace/streams";

const Reader = json({ reader: t.string, data: t.json });
const Read = json({ reader: t.string, page: t.string });

interface Data {
  readonly name: string;
  readonly country: string;
}

/** Every task holds all of it. */
const COUNTRIES = [pair("CH", "Switzerland"), pair("FR", "France"), pair("IT", "Italy")];

export default job("enrichment", (ctx) => {
  const readers = ctx.source(kafka("readers", { value: Reader })).map(({ reader, data }) => pair(reader, data as Data | null));
  const reads = ctx
    .source(kafka("reads", { value: Read }))
    .map(({ reader, page }) => pair(reader, page))
    .joinTable(readers, { type: "left-outer", asOf: "batch" })
    .named("with-reader");

  reads
    .flatMap(([reader, [page, data]]) => (data === undefined ? [] : [pair(data.country, { reader, page, name: data.name })]))
    .joinStatic(COUNTRIES, { type: "left-outer" })
    .map(([, [read, country]]) => ({ ...read, country: country ?? "unknown" }))
    .to(kafka("reads-enriched", { value: json() }))
    .named("enriched");

  reads
    .filter(([, [, data]]) => data === undefined)
    .map(([reader, [page]]) => ({ reader, page }))
    .to(kafka("reads-unknown", { value: json() }))
    .named("unknown");
});
