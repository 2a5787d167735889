import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BatchPartition, BatchSource } from "@millrace/ports";
import { errors } from "../errors.ts";
import { FILES_PER_SOURCE_MAX } from "../limits.ts";
import { csvRows } from "./csv-rows.ts";
import { lines } from "./lines.ts";
import { parquetRows } from "./parquet-rows.ts";

/** What the files hold: an object per line of JSON, a line, an object per row under the names of the first row, or of a Parquet file. */
export interface FileSourceOptions {
  readonly format: FileFormat;
}

export const FILE_FORMATS = ["json", "text", "csv", "parquet"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** A row of a CSV file: everything is text. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * A file, or all files below a folder in order of their paths, as bounded input: a partition per file. Names that start with a dot or an underscore are left out, so
 * that what a files sink is about to write is not read.
 */
export function fileSource(path: string, options: { readonly format: "text" }): BatchSource<string>;
export function fileSource(path: string, options: { readonly format: "csv" }): BatchSource<CsvRow>;
export function fileSource<T>(path: string, options: { readonly format: "json" | "parquet" }): BatchSource<T>;
export function fileSource(path: string, { format }: FileSourceOptions): BatchSource<unknown> {
  return {
    name: path,
    partitions: async () =>
      (await filesAt(path)).map((file): BatchPartition<unknown> => ({ name: file, read: () => readFileAs(format, file) })),
  };
}

/** What a file holds, in lists that fit into memory. */
export function readFileAs(format: FileFormat, path: string): AsyncIterable<readonly unknown[]> {
  return READERS[format](path);
}

const READERS: Readonly<Record<FileFormat, (path: string) => AsyncIterable<readonly unknown[]>>> = {
  text: lines,
  json: jsonLines,
  csv: csvRows,
  parquet: parquetRows,
};

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw errors.noSuchFile(path);
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const shown = files
    .filter(
      (file) =>
        !file
          .slice(path.length)
          .split("/")
          .some((step) => /^[._]/.test(step)),
    )
    .sort();
  if (shown.length > FILES_PER_SOURCE_MAX)
    throw errors.option("files", `${path} holds more than ${FILES_PER_SOURCE_MAX} files: read folder by folder`);
  return shown;
}

async function* jsonLines(path: string): AsyncGenerator<readonly unknown[]> {
  let line = 0;
  for await (const texts of lines(path)) {
    yield texts.flatMap((text) => {
      line++;
      if (text.trim() === "") return [];
      try {
        return [JSON.parse(text) as unknown];
      } catch (cause) {
        throw errors.badFile(path, `line ${line} is not JSON`, cause);
      }
    });
  }
}
