import { create } from "@bufbuild/protobuf";
import { CreateTopicRequestSchema, FindTransactionCoordinatorRequestSchema } from "@millrace/contracts";
import { groupErrors } from "@millrace/groups";
import { findCoordinatorApi, type FindCoordinatorResponseCoordinatorInit } from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC } from "@millrace/model";
import { kafkaCodeOf, KafkaError, messageOf } from "./error-codes.ts";
import type { KafkaCall, KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";
import { kafkaEndpointOf } from "./topic-lookup.ts";

const GROUP = 0;
const TRANSACTION = 1;

/**
 * FindCoordinator v0-6: v1 key type, message; v4 a list of keys both ways; v6 share groups, which are not served (42). A coordinator that is not known yet is
 * 15, never "unknown" (G31).
 */
export const findCoordinator = serve(findCoordinatorApi, async (request, call, context) => {
  const keys = call.version >= 4 ? request.coordinatorKeys : [request.key];
  const coordinators = await Promise.all(keys.map((key) => find(key, request.keyType, call, context)));
  const [first = failed("", KafkaError.INVALID_REQUEST, "no key")] = coordinators;
  return { ...first, coordinators: call.version >= 4 ? coordinators : [] };
});

async function find(key: string, keyType: number, call: KafkaCall, context: KafkaContext): Promise<FindCoordinatorResponseCoordinatorInit> {
  try {
    const brokerId = await coordinatorOf(key, keyType, call, context);
    if (brokerId === undefined) return failed(key, KafkaError.INVALID_REQUEST, `there are no coordinators of key type ${keyType}`);
    const endpoint = kafkaEndpointOf(context.view, brokerId);
    if (endpoint === undefined)
      return failed(key, KafkaError.COORDINATOR_NOT_AVAILABLE, "the coordinator has no kafka listener at the moment");
    return { key, ...endpoint, errorCode: KafkaError.NONE };
  } catch (error) {
    const code = kafkaCodeOf(error);
    return failed(key, code === KafkaError.INVALID_REQUEST ? code : KafkaError.COORDINATOR_NOT_AVAILABLE, messageOf(error));
  }
}

async function coordinatorOf(key: string, keyType: number, call: KafkaCall, context: KafkaContext): Promise<number | undefined> {
  if (keyType === GROUP) return groupCoordinatorOf(key, call, context);
  if (keyType !== TRANSACTION) return undefined;
  const found = await context.transactions.findTransactionCoordinator(
    create(FindTransactionCoordinatorRequestSchema, { transactionalId: key }),
    call.call,
  );
  return found.brokerId;
}

/** The group log is made by the coordinator of the cluster when it is first needed. */
async function groupCoordinatorOf(group: string, { call }: KafkaCall, { groups, topics, view }: KafkaContext): Promise<number> {
  if (view.isKnown && groups.partitionOf(group) === undefined) {
    await topics.createTopic(create(CreateTopicRequestSchema, { name: GROUP_OFFSETS_TOPIC, ifNotExists: true }), call);
  }
  const partition = groups.partitionOf(group);
  const leader = partition === undefined ? undefined : view.partition(GROUP_OFFSETS_TOPIC, partition)?.leader;
  if (leader === undefined) throw groupErrors.coordinatorNotAvailable({ group });
  return leader;
}

function failed(key: string, errorCode: number, errorMessage: string): FindCoordinatorResponseCoordinatorInit {
  return { key, nodeId: -1, host: "", port: -1, errorCode, errorMessage };
}
