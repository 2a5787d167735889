import type { RpcContext } from "../rpc/rpc-context.ts";

/**
 * Another broker may lead the partition: no coordinator has answered this one for a while, so that it may have been cut off and fenced. What it has below its high watermark stays
 * true; where the partition ends it cannot say, or "latest" would fall for whoever asked the new leader before (reliability P5). Kafka's brokers do say it.
 */
export function mayBeDeposed(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { view, isSessionCurrent }: Pick<RpcContext, "view" | "isSessionCurrent">,
): boolean {
  return !isSessionCurrent() && (view.partition(topic, partition)?.replicas.length ?? 1) > 1;
}
