import { type Command, InvalidArgumentError, Option } from "commander";
import { assignment, duration, pointInTime, wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

const RECORD_FORMATS = ["string", "json", "hex", "base64", "msgpack"] as const;

/** How a key or value is written on the command line, and read from it. */
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** How keys and values are written. */
export interface FormatOptions {
  readonly keyFormat: RecordFormat;
  readonly valueFormat: RecordFormat;
}

/** Options of `produce`. */
export interface ProduceOptions extends FormatOptions {
  readonly key?: string;
  readonly value?: string;
  readonly tombstone?: boolean;
  readonly keySeparator?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly timestamp?: number;
  readonly records?: boolean;
  readonly file?: string;
  readonly partition?: number;
  readonly acks: "none" | "leader" | "all";
  readonly compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
}

/** Options of `consume`. */
export interface ConsumeOptions extends FormatOptions {
  readonly fromBeginning?: boolean;
  readonly from?: string;
  readonly follow?: boolean;
  readonly max?: number;
  readonly maxRecords?: number;
  readonly partition?: number;
  readonly offset?: number;
  readonly group?: string;
  readonly timeout?: number;
  readonly keySeparator?: string;
  readonly print?: readonly PrintedField[];
  readonly isolation: "committed" | "uncommitted";
}

const PRINTED_FIELDS = ["partition", "offset", "timestamp", "headers", "key", "value"] as const;
export type PrintedField = (typeof PRINTED_FIELDS)[number];

/** `millrace produce` and `millrace consume`. */
export function addRecordCommands(program: Command, world: CliWorld): void {
  addProduce(program, world);
  addConsume(program, world);
}

function addProduce(program: Command, world: CliWorld): void {
  const produce = program
    .command("produce")
    .summary("write records to a topic")
    .description("Writes records: each line of standard input (or of a file) is the value of one; or one record from --value.")
    .argument("<topic>")
    .option("-v, --value <text>", "one record with this value, instead of reading input")
    .option("-k, --key <text>", "key of every record that has none of its own")
    .option("--tombstone", "one record with --key and no value: compaction removes the key")
    .option("-s, --key-separator <text>", "lines are key, this text, value, like key:value with -s :")
    .option("-H, --header <name=value>", "a header on every record; repeatable", assignment)
    .option("--timestamp <time>", "time of every record, as 2026-11-26T12:00:00Z or milliseconds (default: now)", pointInTime)
    .option("--records", "lines are whole records, as consume --json prints them")
    .option("-f, --file <path>", "read lines of this file instead of standard input")
    .option("--partition <number>", "write to this partition instead of by key", wholeNumber(0))
    .addOption(new Option("--acks <who>", "whose word makes a record stored").choices(["none", "leader", "all"]).default("all"))
    .addOption(
      new Option("--compression <codec>", "compression of batches").choices(["none", "gzip", "snappy", "lz4", "zstd"]).default("none"),
    );
  addFormats(produce, "is written");
  onRun<ProduceOptions, readonly [string]>(produce, async ([topic], options) => {
    await (await import("../actions/produce.ts")).produce(topic, options, world);
  });
  examples(produce, [
    'millrace produce greetings --key en --value "hello"',
    'printf "en:hello\\nfr:salut\\n" | millrace produce greetings -s :',
    "millrace produce flights --file flights.jsonl --value-format json --compression lz4",
    "millrace consume flights -b --json | millrace produce flights-copy --records",
  ]);
}

function addConsume(program: Command, world: CliWorld): void {
  const consume = program
    .command("consume")
    .summary("read records of a topic")
    .description("Prints records, a line each. Reads what is there with --from or --from-beginning, else waits for what comes.")
    .argument("<topic>")
    .option("-b, --from-beginning", "start at the first record, and end at the last one there is (see --follow)")
    .option("--from <where>", "start at earliest, latest, an offset, a time (2026-11-26T12:00:00Z) or so long ago (15m)")
    .option("-f, --follow", "go on waiting for records after the last one")
    .option("-g, --group <name>", "as a member of this group: from where it left off, and what was printed is committed")
    .option("-n, --max-records <count>", "end after so many records", wholeNumber(1))
    .addOption(new Option("--max <count>").argParser(wholeNumber(1)).hideHelp())
    .option("--timeout <duration>", "end when nothing has come for so long, as 10s", duration)
    .option("--partition <number>", "read this partition only", wholeNumber(0))
    .option("--offset <number>", "start at this offset (with --partition)", wholeNumber(0))
    .option("-s, --key-separator <text>", "print keys, too: key, this text, value")
    .addOption(new Option("--print <fields>", `print these, with tabs between: ${PRINTED_FIELDS.join(",")}`).argParser(printedFields))
    .addOption(
      new Option("--isolation <level>", "committed leaves out open and aborted transactions")
        .choices(["committed", "uncommitted"])
        .default("committed"),
    );
  addFormats(consume, "is shown");
  onRun<ConsumeOptions, readonly [string]>(consume, async ([topic], options) => {
    await (await import("../actions/consume.ts")).consume(topic, options, world);
  });
  examples(consume, [
    "millrace consume greetings --from-beginning",
    "millrace consume greetings -b --follow --key-separator :",
    "millrace consume orders --from 15m --print partition,offset,key,value",
    "millrace consume orders --group billing-debug --from earliest --timeout 10s",
    "millrace consume airport-delays -b --max-records 10 --json",
  ]);
}

function addFormats(command: Command, how: string): void {
  for (const field of ["key", "value"] as const) {
    command.addOption(
      new Option(`--${field}-format <format>`, `how a ${field} ${how}; msgpack as JSON of its value`)
        .choices(RECORD_FORMATS)
        .default("string"),
    );
  }
}

function printedFields(text: string): readonly PrintedField[] {
  return text.split(",").map((word) => {
    const field = PRINTED_FIELDS.find((known) => known === word.trim());
    if (field !== undefined) return field;
    throw new InvalidArgumentError(`fields are ${PRINTED_FIELDS.join(", ")}, with commas.`);
  });
}
