import { createReadStream } from "node:fs";
import { errors } from "../errors.ts";
import { LINE_LENGTH_MAX, READ_BYTES } from "../limits.ts";

/** Rows of a CSV file (RFC 4180) as objects of texts, under the names of its first row. A row with another number of fields is damage, and said so. */
export async function* csvRows(path: string): AsyncGenerator<readonly Readonly<Record<string, string>>[]> {
  const parser = new CsvParser(path);
  let names: readonly string[] | undefined;
  let row = 1;
  const objectOf = (fields: readonly string[]): Readonly<Record<string, string>> => {
    row++;
    const columns = names ?? [];
    if (fields.length !== columns.length)
      throw errors.badFile(path, `row ${row} has ${fields.length} fields, and the first has ${columns.length}`);
    return Object.fromEntries(columns.map((name, i) => [name, fields[i] ?? ""]));
  };
  const take = (rows: readonly (readonly string[])[]): readonly Readonly<Record<string, string>>[] => {
    const data = names === undefined ? rows.slice(1) : rows;
    names ??= rows[0];
    return data.map(objectOf);
  };
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: READ_BYTES }) as AsyncIterable<string>) {
    const objects = take(parser.push(chunk));
    if (objects.length > 0) yield objects;
  }
  const last = take(parser.end());
  if (last.length > 0) yield last;
}

/** Text piece by piece to rows of fields; a piece may end anywhere, within a quoted field too. */
class CsvParser {
  readonly #path: string;
  #row: string[] = [];
  #field = "";
  #state: "start" | "plain" | "quoted" | "quoteInQuoted" = "start";

  constructor(path: string) {
    this.#path = path;
  }

  push(text: string): string[][] {
    const rows: string[][] = [];
    for (const character of text) this.#take(character, rows);
    if (this.#field.length > LINE_LENGTH_MAX)
      throw errors.badFile(this.#path, `a field is longer than ${LINE_LENGTH_MAX} characters: is a quote not closed?`);
    return rows;
  }

  end(): string[][] {
    if (this.#state === "quoted") throw errors.badFile(this.#path, "the last quoted field is not closed");
    if (this.#row.length === 0 && this.#state === "start") return [];
    this.#endField();
    return [this.#row];
  }

  #take(character: string, rows: string[][]): void {
    if (this.#state === "quoted") {
      if (character === '"') this.#state = "quoteInQuoted";
      else this.#field += character;
    } else if (character === ",") {
      this.#endField();
    } else if (character === "\n") {
      this.#endRow(rows);
    } else if (character === '"' && this.#state !== "plain") {
      if (this.#state === "quoteInQuoted") this.#field += '"';
      this.#state = "quoted";
    } else if (character !== "\r") {
      this.#field += character;
      this.#state = "plain";
    }
  }

  #endField(): void {
    this.#row.push(this.#field);
    this.#field = "";
    this.#state = "start";
  }

  /** An empty line is no row. */
  #endRow(rows: string[][]): void {
    if (this.#row.length === 0 && this.#state === "start") return;
    this.#endField();
    rows.push(this.#row);
    this.#row = [];
  }
}
