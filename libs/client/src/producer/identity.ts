import { type ServiceClient, TransactionService } from "@millrace/contracts";
import { AppError, producerEpoch, type ProducerEpoch, type ProducerId, producerIdFromWire } from "@millrace/model";
import type { ClientPorts } from "../api.ts";
import type { Metadata } from "../metadata.ts";
import { retrying } from "../retry.ts";

export interface ProducerIdentity {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
}

interface IdentityContext {
  readonly ports: ClientPorts;
  readonly metadata: Metadata;
  readonly retryForMs: number;
  readonly requestTimeoutMs: number;
}

/** A producer id that nobody had before. */
export async function freshIdentity({ ports, metadata, requestTimeoutMs }: IdentityContext): Promise<ProducerIdentity> {
  const response = await metadata.anyBrokerRetrying((address) =>
    ports.transport.client(TransactionService, address).initProducerId({}, { timeoutMs: requestTimeoutMs }),
  );
  return { producerId: producerIdFromWire(response.producerId), producerEpoch: producerEpoch(response.producerEpoch) };
}

/** Calls on the broker that serves one transactional id; finds it again when it has moved. */
export class TransactionCoordinatorCalls {
  readonly #context: IdentityContext;
  readonly transactionalId: string;
  #address: string | undefined;

  constructor(context: IdentityContext, transactionalId: string) {
    this.#context = context;
    this.transactionalId = transactionalId;
  }

  /** Fences the id's former owner, whose open transaction is ended first. */
  async init(transactionTimeoutMs: number): Promise<ProducerIdentity> {
    const { transactionalId } = this;
    const response = await this.#call((service, options) => service.initProducerId({ transactionalId, transactionTimeoutMs }, options));
    return { producerId: producerIdFromWire(response.producerId), producerEpoch: producerEpoch(response.producerEpoch) };
  }

  /** Number of the transaction that they are part of now. */
  async addPartitions(identity: ProducerIdentity, partitions: readonly { topic: string; partition: number }[]): Promise<bigint> {
    const request = { ...this.#owner(identity), partitions: [...partitions] };
    return (await this.#call((service, options) => service.addPartitions(request, options))).transactionNumber;
  }

  /** Number of the transaction that they are part of now. */
  async addOffsets(identity: ProducerIdentity, groupId: string): Promise<bigint> {
    const request = { ...this.#owner(identity), groupId };
    return (await this.#call((service, options) => service.addOffsets(request, options))).transactionNumber;
  }

  /** Safe to repeat, also late and by the network: the same outcome again is a success, and another transaction is not touched. */
  async end(identity: ProducerIdentity, outcome: { commit: boolean; transactionNumber: bigint }): Promise<void> {
    await this.#call((service, options) => service.endTransaction({ ...this.#owner(identity), ...outcome }, options));
  }

  #owner(identity: ProducerIdentity): { transactionalId: string; producerId: bigint; producerEpoch: number } {
    return { transactionalId: this.transactionalId, producerId: BigInt(identity.producerId), producerEpoch: identity.producerEpoch };
  }

  #call<T>(run: (service: TransactionClient, options: { timeoutMs: number }) => Promise<T>): Promise<T> {
    const { ports, retryForMs, requestTimeoutMs } = this.#context;
    return retrying(ports, { forMs: retryForMs }, async () => {
      this.#address ??= await this.#find();
      try {
        return await run(ports.transport.client(TransactionService, this.#address), { timeoutMs: requestTimeoutMs });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "concurrent-transactions") this.#address = undefined;
        throw error;
      }
    });
  }

  async #find(): Promise<string> {
    const { ports, metadata, requestTimeoutMs } = this.#context;
    const { transactionalId } = this;
    const { address } = await metadata.anyBroker((broker) =>
      ports.transport.client(TransactionService, broker).findTransactionCoordinator({ transactionalId }, { timeoutMs: requestTimeoutMs }),
    );
    return address;
  }
}

type TransactionClient = ServiceClient<typeof TransactionService>;
