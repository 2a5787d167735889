import { freemem } from "node:os";
import { kafkaLoad } from "../kafka/kafka-client.ts";

/** As much as a load of 20 s writes. */
const WARM_BYTES_MAX = 4_294_967_296;

/**
 * Takes free memory of the machine and gives it back. A virtual machine may have lent its free pages to its host, and the first touch of each then costs what a broker
 * spends on its bytes otherwise, on whichever side happens to touch it: before each load of a comparison, so that both find the same.
 */
export async function warmMemory(): Promise<void> {
  const megabytes = Math.floor(Math.min(freemem() / 2, WARM_BYTES_MAX) / 1_048_576);
  await kafkaLoad(["memory", megabytes], undefined, "kafka-raw");
}
