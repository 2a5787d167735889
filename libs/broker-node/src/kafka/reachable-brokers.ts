import type { MetadataResponseBrokerInit } from "@millrace/kafka-wire";
import { sleep } from "@millrace/ports";
import { brokerErrors } from "../errors.ts";
import { BROKERS_KNOWN_MS_MAX, FENCED_BROKER_LISTED_MS } from "../limits.ts";
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

/**
 * A broker that died is named a while longer. librdkafka drops brokers that are not in an answer, and what waits for a dropped one waits for ever: the offsets of a transaction, if
 * the group's coordinator died, with the application's only thread. A broker that is named and does not answer is what makes it ask for the coordinator again. Kafka drops it at once.
 */
function listed({ view, ports }: ReachableContext): readonly MetadataResponseBrokerInit[] {
  const isGone = (fencedAtMs = -Infinity): boolean => ports.clock.monotonicMs() - fencedAtMs >= FENCED_BROKER_LISTED_MS;
  return [...view.brokers].flatMap(({ brokerId, rack, fenced }) => {
    const endpoint = fenced && isGone(view.fencedAtMs(brokerId)) ? undefined : kafkaEndpointOf(view, brokerId);
    return endpoint === undefined ? [] : [{ ...endpoint, rack: rack === "" ? null : rack }];
  });
}
