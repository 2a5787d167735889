export { type CsvRow, fileSource, type FileSourceOptions } from "./file-source/file-source.ts";
export { type EndingOffsets, type OffsetsByTopic, type StartingOffsets } from "./kafka/bounded-ranges.ts";
export { type ForeignRangeOptions, foreignTopicRange } from "./kafka/foreign-topic-range.ts";
export { createConnectors } from "./create-connectors.ts";
