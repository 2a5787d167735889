import type { BrokerEpoch } from "@millrace/model";
import type { LogPorts } from "./partition-log.ts";
import { decodeSealed, writeSealedFile } from "./sealed-file.ts";

const CLEAN_STOP_FILE = "clean-stop";

/** Says that everything in the data folder was closed (R11): the last thing a clean stop writes, durable when the promise resolves. */
export async function writeCleanStopMark(ports: Pick<LogPorts, "storage" | "crc32c">, brokerEpoch: BrokerEpoch): Promise<void> {
  await writeSealedFile(ports, CLEAN_STOP_FILE, { brokerEpoch });
}

/** Reads the mark and removes it durably, before anything is appended; undefined if the last stop was not clean. */
export async function takeCleanStopMark(ports: Pick<LogPorts, "storage" | "crc32c">): Promise<BrokerEpoch | undefined> {
  const bytes = ports.storage.readFile(CLEAN_STOP_FILE);
  if (bytes === undefined) return undefined;
  const value = decodeSealed(bytes, ports.crc32c) as { readonly brokerEpoch: BrokerEpoch } | undefined;
  ports.storage.remove(CLEAN_STOP_FILE);
  await ports.storage.syncFolder("");
  return value?.brokerEpoch;
}
