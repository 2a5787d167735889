import type { KafkaConnectionHandler, Metrics } from "@millrace/ports";

/** The same handler, and a gauge of the connections that it has now. */
export function countConnections(
  handle: KafkaConnectionHandler,
  { listener, metrics }: { listener: string; metrics: Metrics },
): KafkaConnectionHandler {
  let open = 0;
  metrics.gauge("kafka_server_socket_server_metrics_connection_count", () => [{ value: open, labels: { listener } }]);
  return (connection) => {
    open++;
    connection.signal.addEventListener("abort", () => open--, { once: true });
    return handle(connection);
  };
}
