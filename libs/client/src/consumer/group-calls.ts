import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type CallOptions,
  ConsumerGroupService,
  errorFromWire,
  type GroupHeartbeatRequestSchema,
  type GroupHeartbeatResponse,
  type ServiceClient,
  type WireError,
} from "@millrace/contracts";
import { AppError, type TopicPartition } from "@millrace/model";
import type { CommittedOffset, GroupIdentity, GroupOffset } from "../group-api.ts";
import type { ProducerIdentity } from "../producer/identity.ts";
import { isTransient, retrying } from "../retry.ts";
import type { ConsumerContext } from "./partition-readers.ts";

type GroupService = ServiceClient<typeof ConsumerGroupService>;
export type HeartbeatInit = Omit<MessageInitShape<typeof GroupHeartbeatRequestSchema>, "groupId" | "$typeName">;

/** Of these the coordinator itself speaks: it is where it was. */
const STILL_THERE: readonly string[] = [
  "unstable-offset-commit",
  "stale-member-epoch",
  "coordinator-load-in-progress",
  "concurrent-transactions",
];

/** Calls on the broker that coordinates one group; finds it again when it has moved. */
export class GroupCalls {
  readonly groupId: string;
  readonly #context: ConsumerContext;
  #address: string | undefined;

  constructor(groupId: string, context: ConsumerContext) {
    this.groupId = groupId;
    this.#context = context;
  }

  /** Finds the coordinator, so that a cluster that is not there is noticed before a member waits for it. */
  async connect(): Promise<void> {
    const { ports, retryForMs } = this.#context;
    this.#address ??= await retrying(ports, { forMs: retryForMs }, () => this.#find());
  }

  /** One attempt: when to repeat is the member's affair. */
  heartbeat(request: HeartbeatInit, options: CallOptions): Promise<GroupHeartbeatResponse> {
    return this.#once((service) => service.groupHeartbeat({ ...request, groupId: this.groupId }, options));
  }

  /** Repeated while coordinator or member move; `identity` is asked each time, since the member's epoch does. The first partition that failed fails it. */
  async commit(offsets: readonly GroupOffset[], identity: () => GroupIdentity): Promise<void> {
    await this.#retrying(async (service, options) => {
      const { results } = await service.commitOffsets(
        { ...memberOf(identity()), groupId: this.groupId, offsets: offsets.map(toWire) },
        options,
      );
      throwFirst(results);
    });
  }

  async commitInTransaction(
    offsets: readonly GroupOffset[],
    identity: GroupIdentity,
    owner: ProducerIdentity & { readonly transactionalId: string },
  ): Promise<void> {
    const { transactionalId, producerEpoch } = owner;
    const transaction = { transactionalId, producerId: BigInt(owner.producerId), producerEpoch };
    await this.#retrying(async (service, options) => {
      const request = { ...memberOf(identity), groupId: this.groupId, ...transaction, offsets: offsets.map(toWire) };
      throwFirst((await service.commitTransactionalOffsets(request, options)).results);
    });
  }

  /** Those that are committed; all of the group without `partitions`. With `stable` it waits for transactions that hold one. */
  async committed(
    partitions: readonly TopicPartition[] | undefined,
    { stable, identity = () => ({ groupId: this.groupId }) }: { readonly stable: boolean; readonly identity?: () => GroupIdentity },
  ): Promise<readonly CommittedOffset[]> {
    if (partitions?.length === 0) return [];
    return this.#retrying(async (service, options) => {
      const { memberId, memberEpoch } = memberOf(identity());
      const member = memberEpoch === undefined ? {} : { memberId, memberEpoch };
      const asked = (partitions ?? []).map(({ topic, partition }) => ({ topic, partition }));
      const request = { groupId: this.groupId, partitions: asked, requireStable: stable, ...member };
      const { offsets } = await service.fetchOffsets(request, options);
      throwFirst(offsets);
      return offsets.flatMap(({ topic, partition, offset, metadata, leaderEpoch }) =>
        offset < 0n ? [] : [{ topic, partition, offset: Number(offset), metadata, ...(leaderEpoch < 0 ? {} : { leaderEpoch }) }],
      );
    });
  }

  /** A call of administration on the group. */
  run<T>(call: (service: GroupService, options: CallOptions) => Promise<T>): Promise<T> {
    return this.#retrying(call);
  }

  #retrying<T>(call: (service: GroupService, options: CallOptions) => Promise<T>): Promise<T> {
    const { ports, retryForMs, requestTimeoutMs } = this.#context;
    return retrying(ports, { forMs: retryForMs }, () => this.#once((service) => call(service, { timeoutMs: requestTimeoutMs })));
  }

  async #once<T>(call: (service: GroupService) => Promise<T>): Promise<T> {
    const { transport } = this.#context.ports;
    this.#address ??= await this.#find();
    try {
      return await call(transport.client(ConsumerGroupService, this.#address));
    } catch (error) {
      if (isTransient(error) && !(error instanceof AppError && STILL_THERE.includes(error.code))) this.#address = undefined;
      throw error;
    }
  }

  async #find(): Promise<string> {
    const { ports, metadata, requestTimeoutMs } = this.#context;
    const { groupId } = this;
    const { address } = await metadata.anyBroker((broker) =>
      ports.transport.client(ConsumerGroupService, broker).findGroupCoordinator({ groupId }, { timeoutMs: requestTimeoutMs }),
    );
    return address;
  }
}

function memberOf({ memberId = "", memberEpoch, instanceId = "" }: GroupIdentity) {
  return { memberId, instanceId, ...(memberEpoch === undefined ? {} : { memberEpoch }) };
}

function toWire({ topic, partition, offset, metadata = "", leaderEpoch }: GroupOffset) {
  return { topic, partition, offset: BigInt(offset), metadata, ...(leaderEpoch === undefined ? {} : { leaderEpoch }) };
}

function throwFirst(results: readonly { readonly error?: WireError | undefined }[]): void {
  const error = results.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) throw errorFromWire(error);
}
