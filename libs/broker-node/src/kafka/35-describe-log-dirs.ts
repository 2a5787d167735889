import { describeLogDirsApi } from "@millrace/kafka-wire";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

/** DescribeLogDirs v1-4: v3 top-level error; v4 total and usable bytes of the volume, which are not known here (-1). One folder: this broker's; memory topics have none. */
export const describeLogDirs = serve(describeLogDirsApi, ({ topics }, _call, { replicas, settings }) => {
  const isAsked = ({ topic, partition }: LocalPartition): boolean =>
    topics === null || topics.some((asked) => asked.topic === topic && asked.partitions.includes(partition));
  const onDisk = replicas.all().filter((partition) => partition.config.storage === "disk" && isAsked(partition));
  const byTopic = Map.groupBy(onDisk, ({ topic }) => topic);
  const described = [...byTopic].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, log }) => ({
      partitionIndex: partition,
      partitionSize: log.sizeBytes,
      offsetLag: Math.max(0, log.highWatermark - log.logEndOffset),
      isFutureKey: false,
    })),
  }));
  return Promise.resolve({
    errorCode: KafkaError.NONE,
    results: [{ errorCode: KafkaError.NONE, logDir: settings.dataFolder, topics: described, totalBytes: -1, usableBytes: -1 }],
  });
});
