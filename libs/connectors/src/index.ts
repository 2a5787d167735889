export { type CsvRow, fileSource, type FileSourceOptions } from "./file-source/file-source.ts";
export { createConnectors } from "./create-connectors.ts";
