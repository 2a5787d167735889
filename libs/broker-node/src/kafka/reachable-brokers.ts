import type { MetadataResponseBrokerInit } from "@millrace/kafka-wire";
import { sleep } from "@millrace/ports";
import { brokerErrors } from "../errors.ts";
import { BROKERS_KNOWN_MS_MAX } from "../limits.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { kafkaEndpointOf } from "./topic-lookup.ts";

type ReachableContext = Pick<KafkaContext, "view" | "ports">;

/**
 * Brokers that Kafka clients can reach; never none. A broker that has just started knows nobody, itself included, until the coordinator has registered it, and a
 * client believes an empty list: librdkafka gives up every broker it knows, with what it was about to ask them. So the answer
 * waits for the first broker; throws `broker-starting`, which closes the connection, if that takes too long.
 */
export async function reachableBrokers(context: ReachableContext, signal: AbortSignal): Promise<readonly MetadataResponseBrokerInit[]> {
  const found = listed(context);
  if (found.length > 0) return found;
  const { view, ports } = context;
  const waiting = new AbortController();
  const end = sleep(ports.clock, BROKERS_KNOWN_MS_MAX, waiting.signal).then(() => "late" as const);
  end.catch(() => undefined); // aborted: nobody waits any more
  try {
    for (;;) {
      const isLate = (await Promise.race([view.changed(), end])) === "late";
      const brokers = listed(context);
      if (brokers.length > 0) return brokers;
      if (isLate || signal.aborted) throw brokerErrors.starting();
    }
  } finally {
    waiting.abort();
  }
}

function listed({ view }: ReachableContext): readonly MetadataResponseBrokerInit[] {
  return [...view.brokers].flatMap(({ brokerId, rack, fenced }) => {
    const endpoint = fenced ? undefined : kafkaEndpointOf(view, brokerId);
    return endpoint === undefined ? [] : [{ ...endpoint, rack: rack === "" ? null : rack }];
  });
}
