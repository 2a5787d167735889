import { updateFeaturesApi } from "@millrace/kafka-wire";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

/** UpdateFeatures v0-2: v2 without results of single features. Nothing here is switched by features, so each is refused (95). */
export const updateFeatures = serve(updateFeaturesApi, ({ featureUpdates }, { version }) => {
  if (featureUpdates.length === 0) return Promise.resolve({ errorCode: KafkaError.NONE, results: [] });
  const errorCode = KafkaError.INVALID_UPDATE_VERSION;
  const errorMessage = "this cluster has no features with levels";
  const results = version >= 2 ? [] : featureUpdates.map(({ feature }) => ({ feature, errorCode, errorMessage }));
  return Promise.resolve({
    errorCode: version >= 2 ? errorCode : KafkaError.NONE,
    errorMessage: version >= 2 ? errorMessage : null,
    results,
  });
});
