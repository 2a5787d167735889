import { jobError } from "./errors.ts";
import type { Sink } from "./kafka.ts";

/** Files as a sink of elements T. */
export type FilesOptions<T> = {
  /** Sub-folder of an element, as `country=at`; each batch makes a file per slot and sub-folder. Default: none. */
  readonly partitionBy?: (element: T) => string;
} & (
  | { readonly format: "json" }
  /** One element, a string without line breaks, per line. */
  | { readonly format: "text" }
  /** Elements are objects; these of their properties, in this order. */
  | { readonly format: "csv"; readonly columns: readonly (keyof T & string)[] }
);

/**
 * Files below a folder that all executors share, exactly once: what a batch wrote in one slot appears whole, as one file per sub-folder. Readers
 * ignore names that start with a dot; there lie parts in the making and the progress marks (`.millrace`), which must not be deleted while the
 * job lives.
 */
export function files(path: string, options: FilesOptions<string> & { readonly format: "text" }): Sink<string>;
export function files<T>(path: string, options: FilesOptions<T> & { readonly format: "json" | "csv" }): Sink<T>;
export function files<T>(path: string, options: FilesOptions<T>): Sink<T> {
  if (path === "") throw jobError("invalid-operator-setting", "files needs the path of a folder", { operator: "files" });
  const { format, partitionBy } = options;
  const columns = options.format === "csv" ? { columns: options.columns } : {};
  const serde = format === "csv" ? {} : { value: { format: format === "json" ? "json" : "string" } as const };
  return {
    sink: { type: "connector", connector: "files", options: { path, format, ...columns }, ...serde },
    ...(partitionBy === undefined ? {} : { functions: { partition: partitionBy } }),
  };
}
