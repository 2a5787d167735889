import { type CallContext, type CallOptions, ConsumerGroupService, type ServiceClient, TopicService } from "@millrace/contracts";
import { groupErrors } from "@millrace/groups";
import { GROUP_OFFSETS_TOPIC } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import type { GroupCoordinators } from "../groups/group-coordinators.ts";
import { FORWARD_TIMEOUT_MS } from "../limits.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";
import { FORWARDED } from "./produce.ts";
import type { RpcContext } from "./rpc-context.ts";
import { visible } from "./topics.ts";

/** What handlers of groups work with beside the rest. */
export interface GroupDependencies {
  readonly groups: GroupCoordinators;
  readonly coordinator: CoordinatorCalls;
}

/** Leads a call about a group to the broker that coordinates it: a small client needs to know one broker only. */
export class GroupRouting {
  readonly #context: RpcContext;
  readonly #of: GroupDependencies;

  constructor(context: RpcContext, of: GroupDependencies) {
    this.#context = context;
    this.#of = of;
  }

  /** The coordinator's broker. The group log is made when it is first needed. */
  async find(group: string): Promise<{ readonly brokerId: number; readonly address: string }> {
    if (group === "") throw groupErrors.invalidGroupId({ length: 0 });
    const { view } = this.#context;
    const partition = await this.partitionOf(group);
    const { leader } = view.requirePartition(GROUP_OFFSETS_TOPIC, partition);
    const address = leader === undefined ? undefined : view.brokerAddress(leader);
    if (leader === undefined || address === undefined) throw groupErrors.coordinatorNotAvailable({ group });
    return { brokerId: leader, address };
  }

  async partitionOf(group: string): Promise<number> {
    const { groups, coordinator } = this.#of;
    const known = groups.partitionOf(group);
    if (known !== undefined) return known;
    if (!this.#context.view.isKnown) throw brokerErrors.starting();
    await coordinator.call(TopicService, (service) =>
      service.createTopic({ name: GROUP_OFFSETS_TOPIC, ifNotExists: true }, { timeoutMs: FORWARD_TIMEOUT_MS }),
    );
    await visible(this.#context, () => groups.partitionOf(group) !== undefined);
    const partition = groups.partitionOf(group);
    if (partition === undefined) throw groupErrors.coordinatorNotAvailable({ group });
    return partition;
  }

  /** Runs `here` if this broker coordinates the group, else asks the one that does, once: a call that was passed on is answered where it arrives. */
  async at<T>(
    group: string,
    call: CallContext,
    run: { readonly here: () => Promise<T>; readonly there: (service: GroupService, options: CallOptions) => Promise<T> },
  ): Promise<T> {
    if (call.metadata.has(FORWARDED)) return run.here();
    const { brokerId, address } = await this.find(group);
    if (brokerId === this.#context.settings.brokerId) return run.here();
    return run.there(this.#context.ports.transport.client(ConsumerGroupService, address), {
      signal: call.signal,
      timeoutMs: Math.min(call.remainingMs(), FORWARD_TIMEOUT_MS),
      metadata: { [FORWARDED]: call.peer },
    });
  }
}

type GroupService = ServiceClient<typeof ConsumerGroupService>;

/** The host of the client, also of one whose call another broker passed on; as Kafka shows it: behind a slash. */
export function clientHostOfCall(call: CallContext): string {
  const peer = call.metadata.get(FORWARDED) ?? call.peer;
  const port = peer.lastIndexOf(":");
  return `/${port < 0 ? peer : peer.slice(0, port)}`;
}
