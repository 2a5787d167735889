import { lineAt } from "../payload/lines.ts";
import { RecordFileWriter } from "./record-file.ts";
import { checkOfKeyed } from "./verify-output.ts";
import { CLOSING_KEY, PARTITIONS, type Prepared, type Work } from "./work.ts";

const WINDOW_MS = 10_000;
const LINES = { full: 2_000_000, quick: 60_000 };
const SHAPE = { wordsPerLine: 8, linesPerSecond: 1_000 };
/** Enough different words that one falls into each task of a shuffle. */
const CLOSING_WORDS = 200;

/** Words per 10 seconds of event time, which is the record's own timestamp; out comes `word@start` and the count. */
export const WORDS_WORK: Work = {
  name: "words",
  about: `word count in ${WINDOW_MS / 1_000} s windows, ${SHAPE.wordsPerLine} words a line`,
  row: "10",
  module: "engines/words.ts",
  input: "engine-lines",
  output: "engine-counts",
  programs: { flink: "FlinkEngine", spark: "SparkEngine" },
  prepare: ({ path, quick }) => Promise.resolve(prepare(path, quick ? LINES.quick : LINES.full)),
};

function prepare(path: string | undefined, lines: number): Prepared {
  const file = new RecordFileWriter(path);
  const counts = new Map<string, number>();
  let lastMs = 0;
  for (let k = 0; k < lines; k++) {
    const { text, timestampMs } = lineAt(k, SHAPE);
    // In turn, so that partitions advance together and no record is late.
    file.add({ partition: k % PARTITIONS, value: text, timestampMs });
    const end = `@${timestampMs - (timestampMs % WINDOW_MS)}`;
    for (const word of text.split(" ")) counts.set(word + end, (counts.get(word + end) ?? 0) + 1);
    lastMs = timestampMs;
  }
  const payloadBytes = file.payloadBytes;
  const closing = Array.from({ length: CLOSING_WORDS }, (_, k) => `${CLOSING_KEY}${k}`).join(" ");
  for (let partition = 0; partition < PARTITIONS; partition++) file.add({ partition, value: closing, timestampMs: lastMs + 3_600_000 });
  file.close();
  const expected = new Map(Array.from(counts, ([key, count]) => [key, String(count)]));
  return { records: lines, writtenRecords: file.records, payloadBytes, ...checkOfKeyed(expected) };
}
