import { apiVersionsApi, type ApiVersionsResponseInit } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import { encodeAnswer, serve, type ServedApi } from "./served-api.ts";

const CLIENT_SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/**
 * ApiVersions v0-4: v1 throttle time; v3 client name and version, checked (G4), and features. No features are listed: none is served that a client could use.
 */
export function apiVersions(table: () => readonly ServedApi[]): ServedApi {
  return serve(apiVersionsApi, (request, { version }): Promise<ApiVersionsResponseInit> => {
    const isClientNamed = CLIENT_SOFTWARE.test(request.clientSoftwareName) && CLIENT_SOFTWARE.test(request.clientSoftwareVersion);
    if (version >= 3 && !isClientNamed) return Promise.resolve({ errorCode: KafkaError.INVALID_REQUEST, apiKeys: [] });
    const apiKeys = table().map(({ key, advertisedMin, versionMax }) => ({
      apiKey: key,
      minVersion: advertisedMin,
      maxVersion: versionMax,
    }));
    return Promise.resolve({ errorCode: KafkaError.NONE, apiKeys });
  });
}

/** A version above ours: answered in the layout of v0 with exactly our range, so that the client can ask again (G3). */
export function apiVersionsUnsupported(correlationId: number): readonly Uint8Array[] {
  const { key, versionMin, versionMax } = apiVersionsApi;
  const response = {
    errorCode: KafkaError.UNSUPPORTED_VERSION,
    apiKeys: [{ apiKey: key, minVersion: versionMin, maxVersion: versionMax }],
  };
  return encodeAnswer(apiVersionsApi, { correlationId, version: 0, response });
}
