import { assert } from "@millrace/stdx";
import { type ApiCodec, isVersionSupported } from "./api-codec.ts";
import { encodeRequestHeader, encodeResponseHeader, type ResponseMark } from "./headers.ts";
import { WireWriter } from "./wire-writer.ts";

/** A whole response frame, as parts for one writev. Large byte fields are parts of their own, not copied: leave them alone until they are sent. */
export function encodeResponseFrame<Response>(
  api: ApiCodec<unknown, unknown, unknown, Response>,
  mark: ResponseMark,
  value: NoInfer<Response>,
): readonly Uint8Array[] {
  assert(isVersionSupported(api, mark.version), () => `${api.name} has no version ${mark.version}`);
  const writer = new WireWriter();
  writer.beginFrame();
  encodeResponseHeader(writer, api, mark);
  api.encodeResponse(writer, value, mark.version);
  return writer.endFrame();
}

/** Which request a client sends: its version, the id of its answer, and who asks. */
export interface RequestMark extends ResponseMark {
  readonly clientId: string | null;
}

/** A whole request frame, as parts for one writev. */
export function encodeRequestFrame<Request>(
  api: ApiCodec<unknown, Request>,
  { version, correlationId, clientId }: RequestMark,
  value: NoInfer<Request>,
): readonly Uint8Array[] {
  assert(isVersionSupported(api, version), () => `${api.name} has no version ${version}`);
  const writer = new WireWriter();
  writer.beginFrame();
  encodeRequestHeader(writer, { apiKey: api.key, apiVersion: version, correlationId, clientId });
  api.encodeRequest(writer, value, version);
  return writer.endFrame();
}
