import type { BoundService, RpcServer } from "@millrace/contracts";
import type { KafkaServer } from "@millrace/ports";
import { kafkaConnectionHandler } from "./kafka/connection-handler.ts";
import { countConnections } from "./kafka/count-connections.ts";
import type { KafkaContext } from "./kafka/kafka-context.ts";
import type { BrokerPorts } from "./node-ports.ts";
import { type BrokerSettings, kafkaListenAddressOf } from "./settings.ts";

/** What is served behind a door: the same parts, but for the addresses that clients are told. */
export interface Room {
  readonly services: readonly BoundService[];
  readonly kafka: KafkaContext;
}

/** host:port under which a broker is reached; undefined where it does not listen. */
export interface Addresses {
  readonly address: string;
  readonly kafkaAddress: string | undefined;
  readonly externalAddress: string | undefined;
  readonly externalKafkaAddress: string | undefined;
}

interface Server {
  readonly address: string;
  stop(options: { deadlineMs: number }): Promise<void>;
}

/** The listeners of a broker: gRPC and Kafka, for its own network and, where set, for clients outside of it. */
export class Doors {
  readonly #servers: readonly Server[];
  readonly addresses: Addresses;

  constructor(servers: readonly Server[], addresses: Addresses) {
    this.#servers = servers;
    this.addresses = addresses;
  }

  async stop(options: { deadlineMs: number }): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop(options)));
  }
}

/** Opens every listener that the settings name, or none: a port that is taken closes those before it. */
export async function openDoors(
  settings: BrokerSettings,
  ports: BrokerPorts,
  rooms: { readonly inside: Room; readonly outside: Room },
): Promise<Doors> {
  const open: Server[] = [];
  const grpc = async (address: string, { services }: Room): Promise<RpcServer> => {
    const server = await ports.listener.listen(address, services);
    open.push(server);
    return server;
  };
  const kafka = async (address: string | undefined, listener: string, room: Room): Promise<KafkaServer | undefined> => {
    if (address === undefined || ports.kafkaListener === undefined) return undefined;
    const server = await ports.kafkaListener.listen(
      address,
      countConnections((connection) => kafkaConnectionHandler(connection, room.kafka), { listener, metrics: ports.metrics }),
    );
    open.push(server);
    return server;
  };
  try {
    const inside = await grpc(settings.listenAddress, rooms.inside);
    const insideKafka = await kafka(kafkaListenAddressOf(settings), "kafka", rooms.inside);
    const outside = settings.externalListenAddress === undefined ? undefined : await grpc(settings.externalListenAddress, rooms.outside);
    const outsideKafka = await kafka(settings.kafkaExternalListenAddress, "kafka-external", rooms.outside);
    return new Doors(open, {
      address: settings.advertisedAddress ?? reachable(inside.address),
      kafkaAddress: advertised(insideKafka, settings.kafkaAdvertisedAddress),
      externalAddress: advertised(outside, settings.externalAdvertisedAddress),
      externalKafkaAddress: advertised(outsideKafka, settings.kafkaExternalAdvertisedAddress),
    });
  } catch (error) {
    await Promise.all(open.map((server) => server.stop({ deadlineMs: 0 })));
    throw error;
  }
}

function advertised(server: Server | undefined, address: string | undefined): string | undefined {
  return server === undefined ? undefined : (address ?? reachable(server.address));
}

/** A wildcard address reaches nobody from elsewhere; on one machine the loopback does. */
function reachable(address: string): string {
  return address.replace(/^(0\.0\.0\.0|\[::\]):/, "127.0.0.1:");
}
