import { type Command, Option } from "commander";
import { wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `produce`. */
export interface ProduceOptions {
  readonly key?: string;
  readonly value?: string;
  readonly keySeparator?: string;
  readonly file?: string;
  readonly partition?: number;
  readonly acks: "none" | "leader" | "all";
  readonly compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
}

/** Options of `consume`. */
export interface ConsumeOptions {
  readonly fromBeginning?: boolean;
  readonly follow?: boolean;
  readonly max?: number;
  readonly partition?: number;
  readonly offset?: number;
  readonly keySeparator?: string;
  readonly isolation: "committed" | "uncommitted";
}

/** `millrace produce` and `millrace consume`. */
export function addRecordCommands(program: Command, world: CliWorld): void {
  const produce = program
    .command("produce")
    .summary("write records to a topic")
    .description("Writes records: each line of standard input (or of a file) is the value of one; or one record from --value.")
    .argument("<topic>")
    .option("-v, --value <text>", "one record with this value, instead of reading input")
    .option("-k, --key <text>", "key of every record that has none of its own")
    .option("-s, --key-separator <text>", "lines are key, this text, value, like key:value with -s :")
    .option("-f, --file <path>", "read lines of this file instead of standard input")
    .option("--partition <number>", "write to this partition instead of by key", wholeNumber(0))
    .addOption(new Option("--acks <who>", "whose word makes a record stored").choices(["none", "leader", "all"]).default("all"))
    .addOption(
      new Option("--compression <codec>", "compression of batches").choices(["none", "gzip", "snappy", "lz4", "zstd"]).default("none"),
    );
  onRun<ProduceOptions, readonly [string]>(produce, async ([topic], options) => {
    await (await import("../actions/produce.ts")).produce(topic, options, world);
  });
  examples(produce, [
    'millrace produce greetings --key en --value "hello"',
    'printf "en:hello\\nfr:salut\\n" | millrace produce greetings -s :',
    "millrace produce flights --file flights.jsonl --compression lz4",
  ]);

  const consume = program
    .command("consume")
    .summary("read records of a topic")
    .description("Prints records, a line each. Reads what is there with --from-beginning, else waits for what comes.")
    .argument("<topic>")
    .option("-b, --from-beginning", "start at the first record, and end at the last one there is (see --follow)")
    .option("-f, --follow", "go on waiting for records after the last one")
    .option("-n, --max <count>", "end after so many records", wholeNumber(1))
    .option("--partition <number>", "read this partition only", wholeNumber(0))
    .option("--offset <number>", "start at this offset (with --partition)", wholeNumber(0))
    .option("-s, --key-separator <text>", "print keys, too: key, this text, value")
    .addOption(
      new Option("--isolation <level>", "committed leaves out open and aborted transactions")
        .choices(["committed", "uncommitted"])
        .default("committed"),
    );
  onRun<ConsumeOptions, readonly [string]>(consume, async ([topic], options) => {
    await (await import("../actions/consume.ts")).consume(topic, options, world);
  });
  examples(consume, [
    "millrace consume greetings --from-beginning",
    "millrace consume greetings -b --follow --key-separator :",
    "millrace consume airport-delays -b --max 10 --json",
  ]);
}
