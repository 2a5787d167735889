import type { GroupResponse } from "@millrace/groups";
import { assert } from "@millrace/stdx";

/** The response of a kind; one member of the union may stand for two kinds. */
type ResponseOf<K, R = GroupResponse> = R extends { readonly kind: infer Kinds } ? (K extends Kinds ? R : never) : never;

/** The answer that a request has; a refusal is thrown. */
export function accepted<K extends GroupResponse["kind"]>(response: GroupResponse, kind: K): ResponseOf<K> {
  if (response.kind === "refused") throw response.error;
  return expectKind(response, kind);
}

/** Narrows an answer to the kind that its request has; another one is a bug of the engine. */
export function expectKind<K extends GroupResponse["kind"]>(response: GroupResponse, kind: K): ResponseOf<K> {
  assert(isKind(response, kind), () => `a group request was answered with something else kind=${response.kind} expected=${kind}`);
  return response;
}

function isKind<K extends GroupResponse["kind"]>(response: GroupResponse, kind: K): response is ResponseOf<K> {
  return response.kind === kind;
}
